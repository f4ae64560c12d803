import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { StepError } from '../../../activities/step/step-error.js';
import type { Capabilities } from '../../../activities/step/step.js';
import { createCapabilities, Secrets } from '../../../activities/deed/capabilities.js';
import { call, counted, type Do } from '../../kits/counting.js';
import { eventsOf, failed, passed, runStep } from '../../kits/step-run.js';

const CANARY = 'canary-word-7';
const env = { PATH: process.env.PATH, CANARY, DOCKER_HOST: 'unix:///x', TEMPORAL_API_KEY: 'key-of-temporal' };

function capabilities(more: object = {}): Capabilities & { secrets: Secrets } {
  const secrets = new Secrets();
  const { signal } = new AbortController();
  return { ...createCapabilities({ goLive: { baseDir: '/', ...more }, env, signal, secrets }), secrets };
}

describe('a secret that a step has read', () => {
  const leaks = (act: Do) => runStep('count', { n: 1 }, { ...call(act), env });

  test('stands in none of what it gives back and shows', async () => {
    const run = await leaks(async (_, context) => {
      const secret = await context.secret({ env: 'CANARY' });
      context.progress({ text: `with ${secret}` });
      return { outputs: { n: 1, text: Buffer.from(secret).toString('base64') }, summary: `used ${secret}` };
    });
    expect(passed(run)).toMatchObject({
      outputs: { text: expect.stringMatching(/^\[redacted\]/) },
      summary: 'used [redacted]',
    });
    const all = JSON.stringify([run.result, run.heartbeats, eventsOf(run.task.goLive.evidenceDir)]);
    expect(all).toContain('with [redacted]');
    expect(all).not.toContain(CANARY);
    const ledger = join(run.folder, 'ledger.jsonl');
    expect(existsSync(ledger)).toBe(true);
    expect(readFileSync(ledger, 'utf8')).not.toContain(CANARY);
  });

  test.each<[string, (secret: string) => Error]>([
    [
      'a failure',
      (secret) => new StepError('CHECK_FAILED', `bad ${secret}`, { hint: secret, facts: { of: [secret] } }),
    ],
    ['a defect', (secret) => new TypeError(`no ${secret}`)],
    ['a failure that is cut where it stands', (secret) => new StepError('CHECK_FAILED', 'x'.repeat(1015) + secret)],
  ])('stands not in %s', async (_, errorWith) => {
    const run = await leaks(async (_input, context) => {
      throw errorWith(await context.secret({ env: 'CANARY' }));
    });
    expect(JSON.stringify([failed(run), eventsOf(run.task.goLive.evidenceDir)])).not.toContain(CANARY.slice(0, 6));
  });

  test('is taken out of what commands say, and of a text on request', async () => {
    const act: Do = async (_, context) => {
      const secret = await context.secret({ env: 'CANARY' });
      const argv = [process.execPath, '-e', 'console.log(process.env.TOLD)'];
      const { stdout } = await context.run({ argv, env: { TOLD: secret }, timeoutMs: 10_000 });
      expect([stdout.trim(), context.redact(`a ${secret}`)]).toEqual(['[redacted]', 'a [redacted]']);
      return counted(1);
    };
    passed(await leaks(act));
  });

  test('is raw where it is compared, and what a kind declares as a number stays one', async () => {
    const act: Do = async (_, context) => {
      const secret = await context.secret({ env: 'FIGURE' });
      const argv = [process.execPath, '-e', 'console.log(2000)'];
      const { stdout, rawStdout } = await context.run({ argv, timeoutMs: 10_000 });
      expect([stdout, rawStdout]).toEqual(['[redacted]\n', `${secret}\n`]);
      const value = { 'of 2000': [2000, 20_001, true] };
      expect(context.redactIn(value)).toEqual({ 'of [redacted]': ['[redacted]', 20_001, true] });
      return { outputs: { n: 2000, text: 'is 2000' }, summary: 'n is 2000' };
    };
    const run = await runStep('count', { n: 1 }, { ...call(act), env: { ...env, FIGURE: '2000' } });
    expect(passed(run)).toMatchObject({ outputs: { n: 2000, text: 'is [redacted]' }, summary: 'n is [redacted]' });
  });
});

describe('the environment', () => {
  test('has what every command gets, and a family only when it is named', () => {
    const { env: read } = capabilities();
    expect(read()).toEqual({ PATH: env.PATH });
    expect(read('containers')).toEqual({ PATH: env.PATH, DOCKER_HOST: 'unix:///x' });
    expect(read('temporal', 'containers')).not.toHaveProperty('CANARY');
  });
  test('keeps the keys in it quiet', () => {
    const { env: read, redact } = capabilities();
    read('temporal');
    expect(redact('key-of-temporal')).toBe('[redacted]');
  });
});

describe('the ways to other hosts', () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((_request, response) => response.end('here'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/`;
  });
  afterAll(() => new Promise((done) => server.close(done)));
  const asked = { method: 'GET' as const, timeoutMs: 2000, maxBytes: 100 };
  const nowhere = { network: { hosts: ['service.example'], allow: [] } };

  test('lead only to hosts of the plan', async () => {
    const { http, reach } = capabilities(nowhere);
    await expect(http({ ...asked, url })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(() => reach('127.0.0.1', 6379)).toThrow('does not stand in the plan');
    expect(reach('service.example', 6379)).toEqual(expect.any(Function));
  });
  test('lead elsewhere for a secret address, and not for one that only says so', async () => {
    const { http, secret } = capabilities(nowhere);
    const request = { ...asked, url: url + CANARY, secretAddress: true };
    await expect(http(request)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await secret({ env: 'CANARY' });
    expect((await http(request)).status).toBe(200);
  });
  test('are narrowed by the list of the runbook, for addresses that are secrets as well, which are not told', async () => {
    const network = { hosts: ['127.0.0.1', 'service.example'], allow: [], only: ['service.example'] };
    const { http, reach, secret } = capabilities({ network });
    const hint = "If it should be, add it to the runbook: allow: { hosts: ['127.0.0.1'] }.";
    await expect(http({ ...asked, url })).rejects.toMatchObject({ code: 'BAD_INPUT', options: { hint } });
    expect(() => reach('127.0.0.1', 6379)).toThrow("does not stand in the runbook's list");
    expect(reach('service.example', 6379)).toEqual(expect.any(Function));
    const word = await secret({ env: 'CANARY' });
    const message = "The secret address does not stand in the runbook's list `allow.hosts`, so it is not reached.";
    const told = expect.objectContaining({ message });
    await expect(http({ ...asked, url: url + CANARY, secretAddress: true })).rejects.toEqual(told);
    expect(() => reach('127.0.0.1', 6379, word)).toThrow(message);
    expect(reach('service.example', 6379, word)).toEqual(expect.any(Function));
  });
  test('are not widened by it: what the plan does not permit stays unreached', async () => {
    const { http, reach } = capabilities({ network: { ...nowhere.network, only: ['127.0.0.1', '169.254.169.254'] } });
    await expect(http({ ...asked, url })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(() => reach('169.254.169.254', 80)).toThrow('does not stand in the plan');
  });
});

test('a program that the list of the runbook leaves out is not started, whatever kind starts it', async () => {
  const act: Do = async (_, context) => {
    const { exitCode } = await context.run({ argv: ['true'], timeoutMs: 10_000 });
    return counted(exitCode ?? 7);
  };
  const held = (commands: string[]) => runStep('count', { n: 1 }, { ...call(act), env, goLive: { commands } });
  expect(passed(await held(['true'])).outputs).toMatchObject({ n: 0 });
  expect(failed(await held(['make']))).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining("true does not stand in the runbook's list `allow.commands`"),
    hint: 'If it should be, add it to the runbook: allow: { commands: [true] }.',
  });
});
