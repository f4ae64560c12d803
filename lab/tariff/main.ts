import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostLab } from '../kit/host.js';
import { freePort } from '../kit/ports.js';
import { appears } from '../kit/processes.js';
import { FAULTS, SOUND, type TariffFault } from './faults.js';

/** The repository as it lies in the package: the build takes programs alone along. */
function template(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'lab', 'tariff', 'repository')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'lab', 'tariff', 'repository');
}

function put(repository: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(repository, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text === '') rmSync(file, { force: true });
    else writeFileSync(file, text);
  }
}

/** The repository of the service with its commits, and what the fault changes in them. */
function prepare(repository: string, { writes = {}, replaces = [], history, uncommitted = {} }: TariffFault): void {
  cpSync(template(), repository, { recursive: true });
  renameSync(join(repository, 'gitignore'), join(repository, '.gitignore'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=lab', '-c', 'user.email=lab@tariff.test', '-C', repository, ...args], {
      stdio: 'ignore',
    });
  git('init', '--quiet', '-b', 'main');
  git('config', 'core.hooksPath', '.githooks');
  const commit = (message: string): void => {
    git('add', '-A');
    // Its dependencies are not installed yet, so its tests cannot run.
    git('commit', '--quiet', '--no-verify', '-m', message);
  };
  if (history) {
    put(repository, history);
    commit('access');
    put(repository, Object.fromEntries(Object.keys(history).map((path) => [path, ''])));
  }
  put(repository, writes);
  for (const { file, from, to } of replaces) {
    const path = join(repository, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, () => to));
  }
  commit('version 1.4.0');
  put(repository, uncommitted);
}

await hostLab({
  faults: FAULTS,
  sound: SOUND,
  run: async ({ dir, fault }, start) => {
    const [repository, data] = [join(dir, 'repository'), join(dir, 'data')];
    prepare(repository, fault);
    // A copy that runs, so that nothing of it lies in the work tree that is certified.
    const running = join(dir, 'running');
    cpSync(repository, running, { recursive: true });
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--offline'], {
      cwd: running,
      stdio: 'ignore',
    });
    const port = await freePort();
    start(join(running, 'scripts', 'keep.js'), [], {
      TARIFF_PORT: String(port),
      TARIFF_DATA: data,
      ...(fault.breaks === undefined ? {} : { TARIFF_BREAKS: fault.breaks }),
      ...(fault.once ? { TARIFF_ONCE: '1' } : {}),
    });
    await appears(join(data, 'service.pid'));
    return {
      target: 'tariff-lab',
      inputs: { repository, url: `http://127.0.0.1:${port}`, dataDir: data },
    };
  },
});
