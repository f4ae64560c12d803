import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { hostLab } from '../kit/host.js';
import { freePorts } from '../kit/ports.js';
import { appears } from '../kit/processes.js';
import { FAULTS, SOUND, type TariffFault } from './faults.js';
import { entry, inputsOf, template } from './inputs.js';

function put(repository: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(repository, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text === '') rmSync(file, { force: true });
    else writeFileSync(file, text);
  }
}

/** Packs what the service is made of, and locks it: as a registry would give it, and without one. */
function lockComponents(repository: string): void {
  const npm = (...args: string[]) => execFileSync('npm', args, { cwd: repository, stdio: 'ignore' });
  mkdirSync(join(repository, 'vendor'));
  npm('pack', './packages/zones', '--pack-destination', 'vendor', '--silent');
  npm('install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--offline');
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
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(from, () => to),
    );
  }
  lockComponents(repository);
  commit('version 1.4.0');
  put(repository, uncommitted);
}

await hostLab({
  faults: FAULTS,
  sound: SOUND,
  run: async ({ dir, fault }, start) => {
    mkdirSync(join(dir, 'work'), { recursive: true });
    const [repository, data] = [join(dir, 'repository'), join(dir, 'data')];
    prepare(repository, fault);
    const commit = execFileSync('git', ['-C', repository, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    // A copy that runs, so that nothing of it lies in the work tree that is certified.
    const running = join(dir, 'running');
    cpSync(repository, running, { recursive: true });
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--offline'], {
      cwd: running,
      stdio: 'ignore',
    });
    const [port = 0, ofToxiproxy = 0, ofRegistry = 0, ofBootstrap = 0] = await freePorts(4);
    start(entry('advisories'), ['--port', String(ofRegistry)]);
    const proxyFile = join(dir, 'proxy.json');
    const behind = ['--name', 'tariff', '--upstream', `127.0.0.1:${port}`];
    start(entry('../kit/toxiproxy'), ['--port', String(ofToxiproxy), ...behind, '--file', proxyFile]);
    start(join(running, 'scripts', 'keep.js'), [], {
      TARIFF_PORT: String(port),
      TARIFF_DATA: data,
      TARIFF_COMMIT: fault.says ?? commit,
      ...(fault.breaks === undefined ? {} : { TARIFF_BREAKS: fault.breaks }),
      ...(fault.once ? { TARIFF_ONCE: '1' } : {}),
    });
    await appears(join(data, 'service.pid'));
    await appears(proxyFile);
    const proxy = z
      .object({ url: z.string(), proxyUrl: z.string() })
      .parse(JSON.parse(readFileSync(proxyFile, 'utf8')));
    return {
      target: 'tariff-lab',
      inputs: inputsOf({ dir, repository, running, data, port, proxy, ofRegistry, ofBootstrap }),
    };
  },
});
