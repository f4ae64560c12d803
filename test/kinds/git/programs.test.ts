import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { type Proposals, proposalsIn } from '../../kits/proposals.js';
import { portOf } from '../../kits/port.js';
import { git } from '../../kits/small-repository.js';

let server: Server;
let asks = '';
/** A remote that wants to know who it is. */
beforeAll(async () => {
  server = createServer((_, answer) => {
    answer.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  asks = `http://127.0.0.1:${portOf(server)}/x.git`;
});
afterAll(() => void server.close());

let world: Proposals;
let home = '';
let env: NodeJS.ProcessEnv = {};
beforeEach(() => {
  world = proposalsIn();
  home = join(world.base, 'home');
  mkdirSync(home);
  env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home };
});

/** Pushes to an address, or fails to; what came of it is not asked here. */
async function push(address: string): Promise<void> {
  git(world.repo, 'config', 'remote.origin.url', address);
  await world.prepare({ remote: 'origin' }, {}, env);
}

/** A program that leaves a file. It is no git, so that what it serves does not come about. */
const touching = (name: string): string => `touch ${join(world.base, name)}; false`;
const ran = (name: string): boolean => existsSync(join(world.base, name));

const HOSTILE: readonly [what: string, address: () => string, settings: () => Record<string, string>][] = [
  ['ssh', () => 'ssh://git@127.0.0.1:9/x.git', () => ({ 'core.sshCommand': touching('ran') })],
  ['a proxy', () => 'git://127.0.0.1:9/x.git', () => ({ 'core.gitProxy': join(world.base, 'evil') })],
  ['a question', () => asks, () => ({ 'core.askPass': join(world.base, 'evil') })],
  ['credentials', () => asks, () => ({ 'credential.helper': `!${touching('ran')}` })],
  ['credentials of one address', () => asks, () => ({ [`credential.${asks}.helper`]: `!${touching('ran')}` })],
  ['a protocol', () => `ext::sh -c "${touching('ran')}"`, () => ({ 'protocol.ext.allow': 'always' })],
  [
    'another protocol',
    () => 'evil://x',
    () => ({ [`url.ext::sh -c "${touching('ran')}".insteadOf`]: 'evil://x', 'protocol.allow': 'always' }),
  ],
  ['hooks', () => world.remote, () => ({ 'hook.x.command': touching('ran'), 'hook.x.event': 'pre-push' })],
  [
    'a part that is not there',
    () => world.remote,
    () => ({
      'core.repositoryFormatVersion': '1',
      'extensions.partialClone': 'origin',
      'remote.origin.promisor': 'true',
      'remote.origin.uploadPack': touching('ran'),
      'remote.origin.receivePack': touching('ran'),
    }),
  ],
];

describe('to reach a remote, no program runs that the repository names', () => {
  test.each(HOSTILE)('for %s', async (_, address, settings) => {
    writeFileSync(join(world.base, 'evil'), `#!/bin/sh\n${touching('ran')}\n`, { mode: 0o755 });
    git(world.base, 'init', '--quiet', '--bare', world.remote);
    for (const [name, value] of Object.entries(settings())) git(world.repo, 'config', name, value);
    await push(address());
    expect(ran('ran')).toBe(false);
  });

  test('and those of the user do: his word is not the repository’s', async () => {
    git(world.repo, 'config', 'credential.helper', `!${touching('ran')}`);
    git(world.repo, 'config', 'core.askPass', join(world.base, 'evil'));
    writeFileSync(join(world.base, 'evil'), `#!/bin/sh\n${touching('ran')}\n`, { mode: 0o755 });
    writeFileSync(
      join(home, '.gitconfig'),
      `[credential]\n\thelper = "!${touching('users')}"\n[credential "${asks}"]\n\thelper = "!${touching('his')}"\n`,
    );
    await push(asks);
    expect([ran('ran'), ran('users'), ran('his')]).toEqual([false, true, true]);
  });

  test('and his ssh does', async () => {
    git(world.repo, 'config', 'core.sshCommand', touching('ran'));
    writeFileSync(join(home, '.gitconfig'), `[core]\n\tsshCommand = "${touching('users')}"\n`);
    await push('ssh://git@127.0.0.1:9/x.git');
    expect([ran('ran'), ran('users')]).toEqual([false, true]);
  });
});
