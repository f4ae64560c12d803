import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmAudit } from '../kit/npm-audit.js';
import { packageFolder } from '../kit/package-folder.js';
import { onPath } from '../kit/program.js';

export const entry = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

const REPOSITORY = 'lab/tariff/repository';

/** The repository as it lies in the package. */
export const template = (): string => join(packageFolder(REPOSITORY), REPOSITORY);

/** A program of the package that golive itself is developed with, else one on PATH. */
function tool(name: string): string {
  for (let folder = dirname(template()); dirname(folder) !== folder; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', '.bin', name);
    if (existsSync(path)) return path;
  }
  return name;
}

/** Whether this machine has a browser for pages. */
const hasBrowser = (): boolean =>
  ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].some((name) => onPath(name) !== undefined);

const CANARY = 'src/golive-canary.js';

export interface Places {
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

type Inputs = Record<string, unknown>;

/** What a team would write into its golive.yaml. */
export function inputsOf(places: Places): Inputs {
  const { dir, repository } = places;
  return {
    repository,
    workDir: join(dir, 'work'),
    url: urlOf(places),
    versionUrl: `${urlOf(places)}/version`,
    ...ofCode(),
    ...ofLoad(places),
    ...ofFaults(places),
    ...ofScanners(places),
    ...ofDocuments(places),
    ...ofObservation(places),
  };
}

const urlOf = ({ port }: Places): string => `http://127.0.0.1:${port}`;

function ofCode(): Inputs {
  const reports = ['junit', 'lcov'].flatMap((name) => [
    `--test-reporter=${name}`,
    `--test-reporter-destination=out/${name === 'junit' ? 'junit.xml' : 'lcov.info'}`,
  ]);
  const intoOut = ['sh', '-c', 'mkdir -p out && exec "$@"', 'out'];
  return {
    install: ['npm', 'ci', '--no-audit', '--no-fund', '--offline'],
    collectTests: [process.execPath, '--test', '--test-name-pattern=^no test has this name$', 'test/'],
    runTests: [...intoOut, process.execPath, '--test', '--experimental-test-coverage', ...reports, 'test/'],
    sources: ['src/**'],
    criticalPaths: { price: ['src/price.js'], quote: ['src/quote.js'] },
    graph: {
      argv: [...intoOut, tool('depcruise'), '--no-config', '--output-type', 'json', '-f', 'out/graph.json', 'src'],
      file: 'out/graph.json',
      entries: ['src/server.js'],
      points: { prices: ['src/price.js'], metrics: ['src/metrics.js'] },
    },
  };
}

function ofLoad(places: Places): Inputs {
  const url = urlOf(places);
  return {
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
    heavyRequests: {
      table: { url: `${url}/table`, expect: { status: 200 }, weight: 99 },
      ...(hasBrowser() ? { page: { browser: `${url}/`, waitFor: { selector: '#price:not(:empty)' } } } : {}),
    },
    // A page shares this machine with the browser that opens it, and time passes faster than it does.
    p99: { P1: 200, P2: 200, P3: 200, P4: 200, P5: hasBrowser() ? 10_000 : 200 },
  };
}

function ofFaults({ data, running, proxy }: Places): Inputs {
  return {
    pidFile: join(data, 'service.pid'),
    process: 'server.js',
    restore: [process.execPath, join(running, 'scripts', 'start-again.js'), data],
    toxiproxy: proxy.url,
    proxy: 'tariff',
    proxyUrl: proxy.proxyUrl,
    diskFolder: data,
  };
}

function ofScanners({ ofRegistry }: Places): Inputs {
  const oxlint = tool('oxlint');
  const rules = ['-A', 'all', '-D', 'no-eval', '-D', 'no-script-url', '--format', 'sarif'];
  return {
    sast: {
      argv: [oxlint, ...rules, 'src/', 'packages/'],
      one: [oxlint, ...rules, CANARY],
      version: [oxlint, '--version'],
      report: { format: 'sarif', proof: { canary: CANARY } },
      canary: { path: CANARY, text: 'export const planted = (text) => eval(text);' },
    },
    audit: npmAudit(`http://127.0.0.1:${ofRegistry}`),
    sbom: { argv: ['npm', 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], version: ['npm', '--version'] },
    typesVersion: [process.execPath, '--version'],
    types: ['sh', '-c', 'for file in src/*.js packages/*/*.js; do node --check "$file" || exit 1; done'],
  };
}

function ofDocuments({ repository, ofBootstrap }: Places): Inputs {
  return {
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
    bootstrap: {
      steps: [
        { name: 'install', argv: ['npm', 'ci', '--no-audit', '--no-fund', '--offline'] },
        { name: 'start', argv: ['npm', 'start', '--silent'], background: true },
      ],
      env: { TARIFF_PORT: String(ofBootstrap) },
      ready: { url: `http://127.0.0.1:${ofBootstrap}/healthz` },
    },
  };
}

function ofObservation(places: Places): Inputs {
  const [{ data }, url] = [places, urlOf(places)];
  return {
    observe: {
      poke: { url: `${url}/quote`, method: 'POST', body: { postcode: '50667', grams: 1200 } },
      metrics: { url: `${url}/metrics`, counters: { quotes: { metric: 'tariff_quotes_total' } } },
      logs: { files: [join(data, 'service.jsonl')], needs: ['time', 'level', 'event'] },
      trace: { files: [join(data, 'audit.jsonl')], member: 'id' },
    },
  };
}
