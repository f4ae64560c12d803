import { describe, expect, test } from '@jest/globals';
import { isLoopback, PLAINTEXT, unsafeServer } from '../../model/server-safety.js';

describe('servers beyond this machine', () => {
  test.each([
    '127.0.0.1:7233',
    '127.9.8.7:1',
    'localhost:7233',
    'LOCALHOST:7233',
    'localhost.:7233',
    '[::1]:7233',
  ])('%s is this machine', (address) => {
    expect([isLoopback(address), unsafeServer(address, {}, undefined)]).toEqual([true, undefined]);
  });
  test.each([
    'temporal:7233',
    '10.0.0.1:7233',
    'localhost.evil.example:7233',
    '127.0.0.1.evil.example:7233',
    'evil-localhost:7233',
    '[::2]:7233',
    '0.0.0.0:7233',
    'x.tmprl.cloud:7233',
    '1127.0.0.1:7233',
  ])('%s needs TLS or an API key', (address) => {
    expect(unsafeServer(address, {}, undefined)).toContain('neither TLS nor an API key');
    for (const nothing of [{ tls: false }, { tls: null }, { tls: undefined }, { apiKey: '' }])
      expect(unsafeServer(address, nothing, undefined)).toBeDefined();
    for (const enough of [{ tls: true }, { tls: {} }, { apiKey: 'key' }])
      expect(unsafeServer(address, enough, undefined)).toBeUndefined();
    expect(unsafeServer(address, {}, 'yes')).toBeDefined();
    expect(unsafeServer(address, {}, PLAINTEXT.value)).toBeUndefined();
  });
});
