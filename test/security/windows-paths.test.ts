import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sha256 } from '../../evidence/hash.js';
import { formatManifest, MANIFEST, TAG_MANIFEST } from '../../model/evidence/manifest.js';
import { createCapabilities, Secrets } from '../../activities/deed/capabilities.js';
import { stepCalls } from '../../kinds/hands.js';
import { goState } from '../kits/state-fixture.js';
import { phase, plan, step } from '../kits/plans.js';
import { taskFor } from '../kits/step-run.js';
import { asOnWindows, type WindowsDisk } from '../kits/windows.js';

const load = async () => ({
  ...(await import('../../activities/reach/contain.js')),
  ...(await import('../../activities/command/environment.js')),
  ...(await import('../../activities/deed/sealed-home.js')),
  ...(await import('../../activities/preflight/programs.js')),
  ...(await import('../../activities/step/step-evidence.js')),
  ...(await import('../../client/runbook/pin-files.js')),
  ...(await import('../../evidence/folder-store.js')),
  ...(await import('../../evidence/write/include.js')),
  ...(await import('../../host/executables.js')),
  ...(await import('../../kinds/catalog.js')),
  ...(await import('../../kinds/shared/tree.js')),
  ...(await import('../../wire/keys.js')),
});

const BASE = 'C:\\project';
const BAG = 'C:\\evidence\\shop\\c1';
const KEY = Buffer.alloc(32, 7).toString('base64');
let disk: WindowsDisk;
let on: Awaited<ReturnType<typeof load>>;
beforeAll(async () => {
  disk = await asOnWindows();
  on = await load();
  disk.write(`${BASE}\\data\\file`, 'mine');
  disk.write(`${BASE}\\deploy.ps1`, 'deploy');
  disk.write('C:\\project-twin\\file', 'other');
  disk.write('D:\\other\\file', 'other');
  disk.write('D:\\keys\\payload', KEY);
});
afterAll(() => disk.remove());

const refused = expect.objectContaining({ code: 'BAD_INPUT' });

describe('a path of a runbook', () => {
  test.each([
    ['data/file', 'C:\\project\\data\\file'],
    ['data\\file', 'C:\\project\\data\\file'],
    ['data\\sub/..\\file', 'C:\\project\\data\\file'],
    ['.\\data\\', 'C:\\project\\data'],
    ['..x\\file', 'C:\\project\\..x\\file'],
    ['C:\\project\\data\\file', 'C:\\project\\data\\file'],
    ['C:/project/data/file', 'C:\\project\\data\\file'],
    ['\\project\\data\\file', 'C:\\project\\data\\file'],
    ['c:\\PROJECT\\new', 'c:\\PROJECT\\new'],
    ['C:\\project', 'C:\\project'],
  ])('%s lies in the folder', (path, absolute) => {
    expect(on.contained(path, BASE, [BASE])).toBe(absolute);
  });

  test.each([
    ['up', '..\\other'],
    ['up behind a folder', 'data\\..\\..\\other'],
    ['up with mixed separators', 'data/..\\../other'],
    ['a folder whose name begins the same', 'C:\\project-twin\\file'],
    ['the folder above', 'C:\\'],
    ['the root of the drive', '\\other'],
    ['another drive', 'D:\\other\\file'],
    ['the same path on another drive', 'D:\\project\\data\\file'],
    ['a folder of a drive that nobody named', 'C:data\\file'],
    ['that of another drive', 'D:file'],
    ['a drive alone', 'C:'],
    ['a share', '\\\\server\\share\\x'],
    ['a share with slashes', '//server/share/x'],
    ['a share with both', '\\/server\\share\\x'],
    ['a share with both, the other way', '/\\server/share/x'],
    ['a device', '\\\\.\\PhysicalDrive0'],
    ['a path that is not looked at', '\\\\?\\C:\\project\\data\\file'],
    ['a device with a colon', 'nul:'],
    ['a device before a way up', 'con:..\\..\\other'],
    ['a home', '~\\x'],
  ])('%s is refused: %s', (_what, path) => {
    expect(() => on.contained(path, BASE, [BASE])).toThrow(refused);
  });

  test('another drive that the plan names is taken, and a whole drive', () => {
    expect(on.contained('D:\\other\\file', BASE, [BASE, 'D:\\other'])).toBe('D:\\other\\file');
    expect(on.contained('D:/other/file', BASE, [BASE, 'D:\\'])).toBe('D:\\other\\file');
  });
});

describe('two places', () => {
  const apart = async (a: string, b: string) => on.checkApart(a, b, ['a', 'b']);
  test.each([
    ['C:\\project', 'C:\\project\\data'],
    ['C:\\project\\data', 'C:\\project'],
    ['C:\\project\\data', 'c:\\Project\\DATA\\new'],
    ['C:\\', 'C:\\project\\data'],
    ['C:\\project', 'C:\\project\\..x'],
  ])('%s and %s lie one in the other', async (a, b) => {
    await expect(apart(a, b)).rejects.toEqual(refused);
  });
  test.each([
    ['C:\\project', 'C:\\project-twin'],
    ['C:\\project', 'D:\\project'],
    ['C:\\project', 'D:\\project\\data'],
    ['C:\\', 'D:\\'],
  ])('%s and %s are apart', async (a, b) => {
    await expect(apart(a, b)).resolves.toBeUndefined();
  });
});

describe('the files of the record', () => {
  test('a step is in its folder, and its files are told with / in the record', async () => {
    const place = { phase: 'p', phaseAttempt: 1, epoch: 1, step: 's' };
    expect(on.stepFolder(BAG, place)).toBe(`${BAG}\\data\\phases\\p.1\\s`);
    disk.write(`${BASE}\\tree\\b\\c`, 'c');
    expect((await on.treeOf(`${BASE}\\tree`)).map(({ path }) => path)).toEqual(['b/c']);
  });

  test.each(['..', '..\\x', 'a\\b', 'C:', 'C:x', 'nul:', 'a:stream', '\\\\server', ' ', 'a ', ' a', '.'])(
    'no step is named %j',
    (name) => {
      const place = { phase: 'p', phaseAttempt: 1, epoch: 1, step: name };
      expect(() => on.stepFolder(BAG, place)).toThrow(refused);
    },
  );

  test.each([
    'data\\..\\..\\x',
    'data/..\\..\\..\\x',
    '..\\x',
    'data\\x',
    '\\x',
    'C:\\x',
    'D:x',
    'data/x:stream',
    '\\\\server\\share',
  ])('%j is no path of the record', (path) => {
    expect(() => on.folderStore(BAG).local(path)).toThrow(expect.objectContaining({ name: 'EvidenceRefusal' }));
  });

  test('a path of the record is one of this machine', () => {
    expect(on.folderStore(BAG).local('data/phases/p.1/s/x')).toBe(`${BAG}\\data\\phases\\p.1\\s\\x`);
  });

  test.each(['D:\\other\\file', 'D:other', '..\\x', 'a\\..\\..\\..\\x', 'C:\\x', '\\\\server\\share\\x', ''])(
    'a file that is kept from %j is not read: it lies out of the bundle',
    async (path) => {
      const include = { file: 'kept.txt', from: ['p.s.x'], paths: [path] };
      const missing = await on.writeIncluded(on.folderStore(BAG), include, goState());
      expect(missing).toEqual([expect.stringContaining('its path leads out of the bundle')]);
    },
  );

  test('what an earlier go-live sealed is known again, and a change of it', async () => {
    const folder = 'data/phases/deploy.1/page';
    const files = ['data/events.jsonl', 'data/plan.json', `${folder}/ledger.jsonl`, `${folder}/remember.json`];
    for (const path of files) disk.write(`${BAG}\\${path}`, path);
    const manifest = formatManifest(files.map((path) => ({ path, sha256: sha256(path) })));
    const tags = formatManifest([{ path: MANIFEST, sha256: sha256(manifest) }]);
    disk.write(`${BAG}\\${MANIFEST}`, manifest);
    disk.write(`${BAG}\\${TAG_MANIFEST}`, tags);
    const undoes = { phase: 'deploy', phaseAttempt: 1, step: 'page', epoch: 1, evidenceDir: BAG, bundle: sha256(tags) };
    const task = taskFor({}, { task: { undoes } });
    await expect(on.checkSealedHome(task)).resolves.toBeUndefined();
    disk.write(`${BAG}\\${folder}\\ledger.jsonl`, 'other');
    await expect(on.checkSealedHome(task)).rejects.toMatchObject({ code: 'EXPECTATION_FAILED' });
  });
});

describe('commands', () => {
  test.each([
    ['with the ending that it was asked without', 'docker', 'C:\\bin\\docker.EXE'],
    ['with its own ending', 'docker.exe', 'C:\\bin\\docker.exe'],
    ['in a folder in quotes', 'node', 'C:\\Program Files\\node.CMD'],
    ['with a dot in its name', 'tool.v2', 'C:\\bin\\tool.v2.EXE'],
  ])('a program is found on the Path %s', (_how, name, at) => {
    disk.write(at, '');
    const env = { Path: '"C:\\Program Files";C:\\bin;', PathExt: '.EXE;.CMD' };
    expect(on.onPath(name, env)).toEqual([at]);
  });

  test('what has no ending is no program, and other endings are those of PATHEXT', () => {
    disk.write('C:\\only\\readme', '');
    disk.write('C:\\only\\script.PS1', '');
    expect(on.onPath('readme', { PATH: 'C:\\only' })).toEqual([]);
    expect(on.onPath('script', { PATH: 'C:\\only' })).toEqual([]);
    expect(on.onPath('script', { PATH: 'C:\\only', PATHEXT: '.COM;.PS1' })).toEqual(['C:\\only\\script.PS1']);
  });

  test.each(['./deploy.ps1', '.\\deploy.ps1', 'data\\..\\deploy.ps1', 'C:\\project\\deploy.ps1'])(
    'the program %s is looked for where it lies, and not on the PATH',
    async (name) => {
      const { goLive } = taskFor({}, { goLive: { baseDir: BASE } });
      const call = stepCalls.call('command.run', 'do');
      const { signal } = new AbortController();
      const ways = createCapabilities({ goLive, env: {}, signal, secrets: new Secrets() });
      const use = { where: 'p.s', uses: 'command.run', input: { argv: [name] }, open: false, sure: true, first: true };
      const look = { goLive, plan: plan([]), uses: [{ ...use, call }], env: {}, signal, ways };
      const at = 'C:\\project\\deploy.ps1';
      expect(await on.findPrograms(look)).toMatchObject([{ standing: 'there', found: at }]);
    },
  );

  test('a command gets its Path however it is written, and what programs of Windows need', () => {
    const env = { Path: 'C:\\bin', SystemRoot: 'C:\\Windows', PathExt: '.EXE', TEMP: 'C:\\t', Secret: 'x' };
    const { Secret: _kept, ...given } = env;
    expect(on.allowedEnv(env)).toEqual(given);
    expect(on.allowedEnv({ docker_host: 'npipe:x' }, ['containers'])).toEqual({ docker_host: 'npipe:x' });
    expect(on.allowedEnv({ docker_host: 'npipe:x', DOCKER_HOSTS: 'y' })).toEqual({});
  });

  test.each([
    ['with a slash', './deploy.ps1'],
    ['with a backslash', '.\\deploy.ps1'],
    ['with its drive', 'C:\\project\\deploy.ps1'],
  ])('the plan holds the hash of a script that a command names %s', (_how, script) => {
    const act = step('act', { uses: 'command.run', with: { argv: ['pwsh', script, 'D:\\other\\file', '..\\x'] } });
    const made = plan([phase('one', [act])], { baseDir: BASE, folders: [BASE] });
    expect(on.pinFiles(made, on.stepKinds)).toEqual({ 'C:\\project\\deploy.ps1': sha256('deploy') });
  });
});

test.each([
  ['D:\\keys\\payload', 'taken'],
  ['D:/keys/payload', 'taken'],
  ['D:keys\\payload', 'by a relative path'],
  ['keys\\payload', 'by a relative path'],
  ['D:\\keys\\none', 'ENOENT'],
])('a payload key of file:%s: %s', (path, how) => {
  const read = (): unknown => on.payloadKeys({ GOLIVE_PAYLOAD_KEY: `file:${path}` });
  if (how === 'taken') expect(read()).toHaveLength(1);
  else expect(read).toThrow(how);
});
