import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { TLSSocket } from 'node:tls';
import { join } from 'node:path';
import type { JsonObject } from '../../../model/json.js';
import { portOf } from '../../kits/port.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const folder = temporaryFolder();
const openssl = (...words: string[]): void =>
  void execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });

/** A key and a certificate of it, of an authority of our own. */
function certificate(name: string, days: string): void {
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    `/CN=${name}`,
  );
  writeFileSync(join(folder, 'san.txt'), 'subjectAltName=IP:127.0.0.1\n');
  openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    days,
    '-extfile',
    'san.txt',
    '-out',
    `${name}.pem`,
  );
}

let server: Server;
let url = '';
beforeAll(async () => {
  for (const name of ['ca', 'stranger'])
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    );
  certificate('server', '2');
  certificate('client', '2');
  // One that begins and ends now.
  certificate('ended', '0');
  openssl('pkcs8', '-topk8', '-in', 'client.key', '-out', 'locked.key', '-passout', 'pass:canary-pass');
  writeFileSync(join(folder, 'nothing.pem'), 'no certificate\n');
  writeFileSync(join(folder, 'broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const [key, cert, ca] = ['server.key', 'server.pem', 'ca.pem'].map((name) => readFileSync(join(folder, name)));
  server = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const socket = request.socket instanceof TLSSocket ? request.socket : undefined;
    response.end(JSON.stringify({ known: socket?.authorized, name: socket?.getPeerCertificate().subject?.CN ?? '' }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `https://127.0.0.1:${portOf(server)}/`;
}, 60_000);
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const check = (tls: JsonObject | undefined, step = 's') =>
  runStep(
    'http.check',
    { url, ...(tls ? { tls } : {}), values: { known: '$.known', name: '$.name' } },
    { goLive: { baseDir: folder }, task: { step } },
  );
const client = { ca: 'ca.pem', cert: 'client.pem', key: { file: 'client.key' } };

describe('https', () => {
  test('of an authority of one’s own, without and with a client certificate', async () => {
    expect(failed(await check(undefined, 'a')).message).toMatch(/authority that is not trusted/);
    expect(passed(await check({ ca: 'ca.pem' }, 'b')).outputs.values).toEqual({ known: false, name: '' });
    const run = await check(client, 'c');
    expect(passed(run).outputs.values).toEqual({ known: true, name: 'client' });
    const kept = readFileSync(join(run.folder, 'response.json'), 'utf8');
    expect(kept).not.toContain(readFileSync(join(folder, 'client.key'), 'utf8').split('\n')[1]);
    expect(failed(await check({ ca: 'stranger.pem' }, 'd')).message).toMatch(/authority that is not trusted/);
  });

  test.each<[tls: JsonObject, code: string, message: RegExp]>([
    [{ ca: 'gone.pem' }, 'NOT_FOUND', /cannot be read: .*gone\.pem \(ENOENT\)/],
    [{ ca: 'nothing.pem' }, 'EXPECTATION_FAILED', /nothing\.pem holds no certificate/],
    [{ ca: 'broken.pem' }, 'EXPECTATION_FAILED', /broken\.pem cannot be read: it is broken/],
    [{ ca: '../../etc/ssl/cert.pem' }, 'BAD_INPUT', /outside/],
    [{ cert: 'client.pem' }, 'BAD_INPUT', /both `cert` and `key`/],
    [{ ...client, cert: 'ended.pem', key: { file: 'ended.key' } }, 'EXPECTATION_FAILED', /is valid from .* only/],
    [{ ...client, key: { file: 'server.key' } }, 'EXPECTATION_FAILED', /not the one of the certificate/],
    [{ ...client, key: { file: 'locked.key' } }, 'EXPECTATION_FAILED', /no private key in PEM/],
    [{ ...client, key: { file: 'gone.key' } }, 'NOT_FOUND', /gone\.key/],
  ])('%j is %s', async (tls, code, message) => {
    const run = await runStep('http.check', { url, tls }, { goLive: { baseDir: folder, folders: [folder] } });
    expect(failed(run)).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(JSON.stringify(run.failure)).not.toContain('canary-pass');
  });
});
