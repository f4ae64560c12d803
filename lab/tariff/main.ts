import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { hostLab } from '../kit/host.js';
import { freePorts } from '../kit/ports.js';
import { appears } from '../kit/processes.js';
import { FAULTS, SOUND, type TariffFault } from './faults.js';

const entry = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** The repository as it lies in the package: the build takes programs alone along. */
function template(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'lab', 'tariff', 'repository')) && dirname(folder) !== folder)
    folder = dirname(folder);
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

const CANARY = 'src/golive-canary.js';

interface Places {
  dir: string;
  repository: string;
  running: string;
  data: string;
  port: number;
  proxy: { url: string; proxyUrl: string };
  /** Of what stands in for the registry. */
  ofRegistry: number;
  /** That a bootstrap may take. */
  ofBootstrap: number;
}

/** What a team would write into its golive.yaml. */
function inputsOf({
  dir,
  repository,
  running,
  data,
  port,
  proxy,
  ofRegistry,
  ofBootstrap,
}: Places): Record<string, unknown> {
  const url = `http://127.0.0.1:${port}`;
  const oxlint = tool('oxlint');
  const rules = ['-A', 'all', '-D', 'no-eval', '-D', 'no-script-url', '--format', 'sarif'];
  const tests = ['--experimental-test-coverage'];
  const reports = ['junit', 'lcov'].flatMap((name) => [
    `--test-reporter=${name}`,
    `--test-reporter-destination=out/${name === 'junit' ? 'junit.xml' : 'lcov.info'}`,
  ]);
  return {
    repository,
    workDir: join(dir, 'work'),
    url,
    install: ['npm', 'ci', '--no-audit', '--no-fund', '--offline'],
    collectTests: [process.execPath, '--test', '--test-name-pattern=^no test has this name$', 'test/'],
    runTests: [
      'sh',
      '-c',
      `mkdir -p out && exec "$@"`,
      'tests',
      process.execPath,
      '--test',
      ...tests,
      ...reports,
      'test/',
    ],
    criticalPaths: { price: ['src/price.js'], quote: ['src/quote.js'] },
    requests: {
      quote: {
        url: `${url}/quote`,
        method: 'POST',
        body: { postcode: '10115', grams: 700 },
        expect: { status: 200, bodyContains: 'cents' },
        weight: 9,
      },
      health: { url: `${url}/healthz` },
    },
    heavyRequests: { table: { url: `${url}/table`, expect: { status: 200 } } },
    p99: { P1: 200, P2: 200, P3: 200, P4: 200, P5: 200 },
    pidFile: join(data, 'service.pid'),
    process: 'server.js',
    restore: [process.execPath, join(running, 'scripts', 'start-again.js'), data],
    toxiproxy: proxy.url,
    proxy: 'tariff',
    proxyUrl: proxy.proxyUrl,
    diskFolder: data,
    sast: {
      argv: [oxlint, ...rules, 'src/', 'packages/'],
      one: [oxlint, ...rules, CANARY],
      version: [oxlint, '--version'],
      report: { format: 'sarif', proof: { canary: CANARY } },
      canary: { path: CANARY, text: 'export const planted = (text) => eval(text);' },
    },
    audit: {
      argv: [process.execPath, entry('audit'), `http://127.0.0.1:${ofRegistry}`],
      version: ['npm', '--version'],
      report: {
        format: 'json',
        findings: '$.vulnerabilities.*',
        severity: '$.severity',
        map: { moderate: 'medium' },
        rule: '$.name',
        path: '$.nodes[0]',
        message: '$.range',
        proof: { canary: 'golive-planted' },
      },
    },
    sbom: { argv: ['npm', 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], version: ['npm', '--version'] },
    graph: {
      argv: [
        'sh',
        '-c',
        'mkdir -p out && exec "$@"',
        'graph',
        tool('depcruise'),
        '--no-config',
        '--output-type',
        'json',
        '-f',
        'out/graph.json',
        'src',
      ],
      file: 'out/graph.json',
      entries: ['src/server.js'],
      points: { prices: ['src/price.js'], metrics: ['src/metrics.js'] },
    },
    bootstrap: {
      steps: [
        { name: 'install', argv: ['npm', 'ci', '--no-audit', '--no-fund', '--offline'] },
        { name: 'start', argv: ['npm', 'start', '--silent'], background: true },
      ],
      env: { TARIFF_PORT: String(ofBootstrap) },
      ready: { url: `http://127.0.0.1:${ofBootstrap}/healthz` },
    },
    documents: [
      {
        path: join(repository, 'docs', 'quickstart.md'),
        needs: ['^Start$', '^Expected output$', '^Common issues$', '^Next steps$'].map((heading) => ({ heading })),
      },
      {
        path: join(repository, 'docs', 'troubleshooting.md'),
        needs: [
          { under: '^Categories$', atLeast: 6 },
          ...['^Diagnostics$', '^Emergency procedures$', '^When to escalate$'].map((heading) => ({ heading })),
          { text: '(?i)kill switch' },
          { text: '(?i)full reset' },
        ],
      },
      { path: join(repository, 'docs', 'architecture.md'), words: 40 },
      { path: join(repository, 'docs', 'status.md') },
    ],
    observe: {
      poke: { url: `${url}/quote`, method: 'POST', body: { postcode: '50667', grams: 1200 } },
      metrics: { url: `${url}/metrics`, counters: { quotes: { metric: 'tariff_quotes_total' } } },
      logs: { files: [join(data, 'service.jsonl')], needs: ['time', 'level', 'event'] },
      trace: { files: [join(data, 'audit.jsonl')], member: 'id' },
    },
    types: ['sh', '-c', 'for file in src/*.js packages/*/*.js; do node --check "$file" || exit 1; done'],
  };
}

/** A program of the package that golive itself is developed with, else one on PATH. */
function tool(name: string): string {
  for (let folder = dirname(template()); dirname(folder) !== folder; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', '.bin', name);
    if (existsSync(path)) return path;
  }
  return name;
}

await hostLab({
  faults: FAULTS,
  sound: SOUND,
  run: async ({ dir, fault }, start) => {
    mkdirSync(join(dir, 'work'), { recursive: true });
    const [repository, data] = [join(dir, 'repository'), join(dir, 'data')];
    prepare(repository, fault);
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
