import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { npmAudit } from '../kit/npm-audit.js';
import { packageFolder } from '../kit/package-folder.js';

export const entry = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** The program of a copy of golive. */
export const goliveOf = (copy: string): string => join(copy, 'dist', 'bin', 'golive.js');

/** golive's own repository. @throws Error where this is a package without one */
export function repositoryOf(): string {
  const folder = packageFolder('package.json');
  if (existsSync(join(folder, '.git'))) return folder;
  throw new Error(`${folder} is no git repository: golive certifies itself from a clone of it alone`);
}

export interface Places {
  dir: string;
  repository: string;
  /** The clean copy that runs. */
  running: string;
  /** Port of what stands in front of it. */
  front: number;
  proxy: { url: string; proxyUrl: string };
  /** Ports that a bootstrap may take. */
  bootstrap: { grpc: number; ui: number };
}

type Inputs = Record<string, unknown>;

const ROOMS = ['model', 'host', 'wire', 'evidence', 'activities', 'kinds', 'workflows', 'workers', 'client', 'lab'];
/** What the id of a request takes the place of. */
const ID = 'ID-OF-THE-REQUEST';
const CANARY = 'model/golive-canary.ts';

/** What golive's own team would write into its golive.yaml. */
export function inputsOf(places: Places): Inputs {
  const { dir, repository } = places;
  return {
    repository,
    workDir: join(dir, 'work'),
    url: urlOf(places),
    ...ofCode(places),
    ...ofLoad(places),
    ...ofFaults(places),
    ...ofScanners(places),
    ...ofDocuments(places),
    ...ofObservation(places),
  };
}

const urlOf = ({ front }: Places): string => `http://127.0.0.1:${front}`;
const workflowOf = (places: Places): string => `${urlOf(places)}/api/v1/namespaces/default/workflows/waiting`;

/** What is started, as the check of unused code knows it; the graph holds no CommonJS. */
function entriesOf(repository: string): string[] {
  const known = z
    .object({ entry: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(join(repository, 'knip.json'), 'utf8')));
  return known.entry.filter((one) => ROOMS.includes(one.split('/')[0] ?? '') && !one.endsWith('.cts'));
}

function ofCode({ repository }: Places): Inputs {
  const jest = ['npm', 'run', '--silent', 'jest', '--', '--selectProjects', 'unit'];
  const coverage = ['--coverage', '--coverageReporters', 'lcovonly', '--coverageDirectory', 'out'];
  const from = ROOMS.filter((room) => room !== 'lab').flatMap((room) => ['--collectCoverageFrom', `${room}/**/*.ts`]);
  const reporters = ['--reporters', 'default', '--reporters', 'jest-junit'];
  return {
    // It has no page that says its commit; what runs is the clean copy of this one.
    versionUrl: '',
    install: ['npm', 'ci', '--no-audit', '--no-fund', '--prefer-offline'],
    // Each test file is loaded, and no test of it run.
    collectTests: [...jest, '--maxWorkers=2', '-t', '^$'],
    sources: ROOMS.filter((room) => room !== 'lab').map((room) => `${room}/**/*.ts`),
    runTests: ['env', ...JUNIT, ...jest, '--maxWorkers=2', ...reporters, ...coverage, ...from],
    criticalPaths: {
      judging: ['model/judge/**'],
      people: ['model/people/**', 'model/signing/**'],
      evidence: ['evidence/write/**', 'evidence/verify/**'],
      undo: ['activities/deed/**'],
    },
    graph: {
      argv: [
        'sh',
        '-c',
        'mkdir -p out && exec "$@"',
        'graph',
        'npx',
        '--no-install',
        'depcruise',
        '--config',
        '.dependency-cruiser.cjs',
        '--output-type',
        'json',
        '-f',
        'out/graph.json',
        // What labs make their repositories of is data, and imported by nothing of golive.
        '--exclude',
        '^lab/[^/]+/repository/',
        ...ROOMS,
      ],
      file: 'out/graph.json',
      entries: entriesOf(repository),
      points: {
        'the Temporal server': ['wire/*.ts'],
        'the evidence of steps': ['evidence/write/*.ts'],
        'kinds of steps': ['kinds/hands.ts', 'kinds/*/*.kind.ts'],
        'what an auditor runs': ['evidence/verify/*.ts', 'kinds/recompute.ts'],
        'signatures of people': ['model/signing/*.ts'],
      },
    },
  };
}

function ofLoad(places: Places): Inputs {
  const workflow = workflowOf(places);
  const query = (type: string) => ({
    url: `${workflow}/query/${type}`,
    method: 'POST',
    body: {},
    expect: { status: 200, bodyContains: 'queryResult' },
  });
  return {
    requests: { state: { ...query('state'), weight: 9 }, health: { url: `${urlOf(places)}/healthz` } },
    heavyRequests: { board: query('board'), history: { url: `${workflow}/history`, expect: { status: 200 } } },
    p99: { P1: 300, P2: 500, P3: 2000, P4: 500, P5: 3000 },
  };
}

function ofFaults({ dir, running, proxy }: Places): Inputs {
  const state = `GOLIVE_STATE=${join(dir, 'state')}`;
  return {
    pidFile: join(dir, 'worker.pid'),
    process: join(running, 'dist', 'bin', 'worker.js'),
    restore: ['env', state, process.execPath, goliveOf(running), 'up', '--detach'],
    toxiproxy: proxy.url,
    proxy: 'golive',
    proxyUrl: proxy.proxyUrl,
    // The evidence of the go-live that waits lies there, too.
    diskFolder: join(dir, 'state'),
  };
}

/**
 * Licences that are allowed. Beside those that the runbook allows: Zlib and PSF-2.0 are as permissive as MIT, and the two of
 * Creative Commons ask to name the author of data (a table of browsers, a list of exceptions), which their packages do.
 */
const LICENCES =
  'MIT ISC Apache-2.0 BSD-2-Clause BSD-3-Clause 0BSD BlueOak-1.0.0 CC0-1.0 Unlicense Zlib PSF-2.0 CC-BY-3.0 CC-BY-4.0'.split(
    ' ',
  );

function ofScanners({ repository, running }: Places): Inputs {
  const oxlint = join(running, 'node_modules', '.bin', 'oxlint');
  const rules = ['-D', 'no-eval', '-D', 'no-script-url', '--format', 'sarif'];
  return {
    sast: {
      argv: [oxlint, ...rules, ...ROOMS],
      one: [oxlint, ...rules, CANARY],
      version: [oxlint, '--version'],
      report: { format: 'sarif', proof: { canary: CANARY } },
      canary: { path: CANARY, text: 'export const planted = (text: string): unknown => eval(text);' },
    },
    audit: npmAudit(),
    sbom: { argv: ['npm', 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], version: ['npm', '--version'] },
    types: ['npm', 'run', '--silent', 'check:types'],
    typesVersion: ['npx', '--no-install', 'tsc', '--version'],
    licences: LICENCES,
    reviewedSecrets: join(repository, 'lab', 'golive', 'reviewed', 'secrets.json'),
    reviewedLicences: join(repository, 'lab', 'golive', 'reviewed', 'licences.json'),
  };
}

/** Named by their files; a file that cannot be loaded is told of, too. */
const JUNIT = [
  'JEST_JUNIT_OUTPUT_FILE=out/junit.xml',
  'JEST_JUNIT_SUITE_NAME={filepath}',
  'JEST_JUNIT_CLASSNAME={filepath}',
  'JEST_JUNIT_REPORT_TEST_SUITE_ERRORS=true',
];

const headings = (...all: string[]) => all.map((one) => ({ heading: `^${one}$` }));

function ofDocuments({ dir, repository, bootstrap: { grpc, ui } }: Places): Inputs {
  const golive = 'dist/bin/golive.js';
  return {
    documents: [
      { path: join(repository, 'README.md'), needs: headings('See it fail', 'What `?npm start`? shows', 'Limits') },
      {
        path: join(repository, 'docs', 'failures.md'),
        needs: [
          ...headings('What a person can answer', 'When a command of golive itself fails'),
          { under: '^Failures and exit codes$', atLeast: 6, of: 'rows' },
        ],
      },
      {
        path: join(repository, 'docs', 'operations.md'),
        needs: [...headings('After a crash', 'Backups', 'Upgrading', 'Answering without golive'), { text: 'Deleting' }],
      },
      { path: join(repository, 'docs', 'ARCHITECTURE.md'), needs: headings('The rooms'), words: 1000 },
      { path: join(repository, 'CHANGELOG.md'), needs: [{ heading: 'Unreleased' }] },
    ],
    bootstrap: {
      steps: [
        { name: 'install', argv: ['npm', 'ci', '--no-audit', '--no-fund', '--prefer-offline'] },
        { name: 'build', argv: ['npm', 'run', '--silent', 'build'] },
        {
          name: 'up',
          argv: ['node', golive, 'up', '--port', String(grpc), '--ui-port', String(ui)],
          background: true,
        },
      ],
      env: { GOLIVE_STATE: join(dir, 'bootstrap') },
      ready: { argv: ['sh', '-c', `test -s "$GOLIVE_STATE/worker.ready.json" && node ${golive} list`] },
    },
  };
}

function ofObservation(places: Places): Inputs {
  const state = join(places.dir, 'state');
  const served = (operation: string) => ({ metric: 'service_requests', labels: { operation } });
  return {
    observe: {
      // An operator's answer to the question that is open. Temporal keeps no header of it, so its reason is the id.
      poke: {
        url: `${workflowOf(places)}/signal/choose`,
        method: 'POST',
        body: { input: [{ choice: 'retry', role: 'ops', by: 'Olga', reason: ID }] },
        idText: ID,
      },
      metrics: {
        url: `${urlOf(places)}/metrics`,
        counters: {
          answers: served('SignalWorkflowExecution'),
          // The first answer counts: those that come while its step runs are refused, and the audit log says so.
          steps: { ...served('RespondActivityTaskFailed'), by: 1 },
        },
      },
      logs: { files: [join(state, 'worker.log')], needs: ['level', 'time', 'pid', 'msg'] },
      trace: { files: [join(state, 'evidence', 'waiting', 'c1', 'data', 'events.jsonl')] },
    },
  };
}
