import { describe, expect, test } from '@jest/globals';
import { WireError } from '../../wire/error.js';
import { hostOf, isLoopback, requireSafeTransport, type Transport } from '../../wire/transport.js';

test.each<[string, string, boolean]>([
  ['localhost:7233', 'localhost', true],
  ['LOCALHOST', 'localhost', true],
  ['127.0.0.1:7233', '127.0.0.1', true],
  ['127.9.9.9:1', '127.9.9.9', true],
  ['[::1]:7233', '::1', true],
  ['::1', '::1', true],
  ['0.0.0.0:7233', '0.0.0.0', false],
  ['10.0.0.5:7233', '10.0.0.5', false],
  ['temporal:7233', 'temporal', false],
  ['localhost.example.com:7233', 'localhost.example.com', false],
  ['127.0.0.1.example.com:7233', '127.0.0.1.example.com', false],
  ['127.1:7233', '127.1', false],
  ['[2001:db8::1]:7233', '2001:db8::1', false],
  ['[::ffff:10.0.0.5]:7233', '::ffff:10.0.0.5', false],
])('%s has the host %s; on this machine: %s', (address, host, local) => {
  expect(hostOf(address)).toBe(host);
  expect(isLoopback(address)).toBe(local);
});

describe('requireSafeTransport', () => {
  const passes = (transport: Transport, env: NodeJS.ProcessEnv = {}) => {
    try {
      requireSafeTransport(transport, env);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(WireError);
      expect(error).toMatchObject({
        message: `The Temporal server ${transport.address} is not on this machine, and the connection would not be encrypted.`,
        hint: expect.stringMatching(/TEMPORAL_TLS=true.*TEMPORAL_API_KEY/),
      });
      return false;
    }
  };
  const far = 'temporal.example.com:7233';
  test.each<[string, Transport, NodeJS.ProcessEnv, boolean]>([
    ['this machine, plain', { address: '127.0.0.1:7233' }, {}, true],
    ['elsewhere, plain', { address: far }, {}, false],
    ['elsewhere, TLS on', { address: far, tls: true }, {}, true],
    ['elsewhere, mutual TLS', { address: far, tls: { clientCertPair: {} } }, {}, true],
    ['elsewhere, TLS null', { address: far, tls: null }, {}, false],
    ['elsewhere, TLS off', { address: far, tls: false }, {}, false],
    ['elsewhere, an API key (which turns TLS on)', { address: far, apiKey: 'k' }, {}, true],
    ['elsewhere, an API key but TLS off', { address: far, apiKey: 'k', tls: false }, {}, false],
    ['elsewhere, an empty API key', { address: far, apiKey: '' }, {}, false],
    ['elsewhere, named as unsafe', { address: far }, { GOLIVE_UNSAFE_PLAINTEXT: far }, true],
    ['elsewhere, another named as unsafe', { address: far }, { GOLIVE_UNSAFE_PLAINTEXT: 'other:7233' }, false],
    ['elsewhere, "1" names nothing', { address: far }, { GOLIVE_UNSAFE_PLAINTEXT: '1' }, false],
  ])('%s', (_name, transport, env, expected) => expect(passes(transport, env)).toBe(expected));
});
