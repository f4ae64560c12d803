import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkSignatures } from '../../activities/people/signatures.js';
import { chooseSigner, sign } from '../../client/people/sign.js';
import { BREAK_GLASS_NAMESPACE, type Expected, NAMESPACE, type SigningPlan } from '../../model/signing/signing.js';
import { SshKeys } from '../kits/ssh.js';
import { eventually } from '../kits/until.js';

/** A real ssh-agent that alone has the private halves: the files are taken away from beside the public ones. */
const keys = new SshKeys();
const folder = mkdtempSync(join(tmpdir(), 'golive-agent-'));
const socket = join(folder, 'agent');
const before = { socket: process.env['SSH_AUTH_SOCK'], home: process.env['HOME'], key: process.env['GOLIVE_SSH_KEY'] };
let agent: ChildProcess;
let signing: SigningPlan;

beforeAll(async () => {
  agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  await eventually('the agent', 10_000, async () => existsSync(socket));
  process.env['SSH_AUTH_SOCK'] = socket;
  process.env['HOME'] = folder;
  delete process.env['GOLIVE_SSH_KEY'];
  for (const name of ['ada', 'glass', 'foreign']) {
    execFileSync('ssh-add', ['-q', keys.path(name)], { env: process.env, stdio: 'ignore' });
    renameSync(keys.path(name), `${keys.path(name)}.away`);
  }
  signing = {
    level: 'signed',
    signers: [
      keys.line('ada@example.org', 'ada'),
      keys.line('ada@example.org', 'glass', { namespaces: BREAK_GLASS_NAMESPACE }),
      keys.line('bo@example.org', 'bo'),
    ].join(''),
    principals: { Ada: 'ada@example.org', Bo: 'bo@example.org' },
  };
});
afterAll(() => {
  agent.kill();
  const restore = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  restore('SSH_AUTH_SOCK', before.socket);
  restore('HOME', before.home);
  restore('GOLIVE_SSH_KEY', before.key);
  keys.remove();
  rmSync(folder, { recursive: true, force: true });
});

const expected: Expected = {
  goLive: 'shop/c1',
  plan: 'p'.repeat(64),
  message: 'approve',
  about: 'deployment',
  digest: 'd'.repeat(64),
  nonce: 'n1',
  role: 'cto',
  by: 'Ada',
  meaning: 'Deploy?',
};

async function accepted(namespace: string, signed: { statement: string; signature: string }) {
  const [answer] = await checkSignatures(
    { signers: signing.signers, checks: [{ ...signed, principal: 'ada@example.org', namespace }] },
    process.env,
    new AbortController().signal,
  );
  return answer;
}

describe('keys that only the SSH agent has', () => {
  test('sign without a file and without being named', async () => {
    const { by, own } = await chooseSigner({ signing });
    expect(by).toBe('Ada');
    expect(own.file).toBeUndefined();
    expect(await accepted(NAMESPACE, await sign(expected, own, Date.now()))).toMatchObject({ ok: true });
  });

  test('break the glass with the key that is for it', async () => {
    const { own } = await chooseSigner({ signing, breakGlass: true });
    const signed = await sign({ ...expected, breakGlass: true }, own, Date.now());
    expect(await accepted(BREAK_GLASS_NAMESPACE, signed)).toMatchObject({ ok: true });
    expect(await accepted(NAMESPACE, signed)).toMatchObject({ ok: false });
  });

  test('may be named by their public half', async () => {
    const { own } = await chooseSigner({ signing, key: `${keys.path('ada')}.pub` });
    expect(await accepted(NAMESPACE, await sign(expected, own, Date.now()))).toMatchObject({ ok: true });
  });

  test('are not those of somebody else', async () => {
    await expect(chooseSigner({ signing, by: 'Bo' })).rejects.toThrow('There is no key of Bo at hand.');
  });

  test('that the agent will not use are told, and nothing is sent', async () => {
    const { own } = await chooseSigner({ signing });
    // Locked, an agent shows and uses nothing until it is unlocked.
    const ask = join(folder, 'ask');
    writeFileSync(ask, '#!/bin/sh\necho secret\n', { mode: 0o700 });
    const lock = (flag: string) =>
      execFileSync('ssh-add', [flag], {
        env: { ...process.env, SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
        stdio: 'ignore',
      });
    lock('-x');
    try {
      await expect(chooseSigner({ signing })).rejects.toThrow('There is no key of anybody who may sign here at hand.');
      await expect(sign(expected, own, Date.now())).rejects.toThrow('It could not be signed');
    } finally {
      lock('-X');
    }
  });
});
