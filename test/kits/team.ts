import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../lab/kit/ports.js';

/** What a team has of its own: a service by its own names, its manifests, its earlier results, its batch script. */
export interface Team {
  /** Its golive.yaml; nothing else tells golive of it. */
  golive: string;
  alertPort: number;
}

const WORDS = { pass: 'APPROVE', warn: 'REFER', reject: 'REJECT', blocked: 'UNREADABLE' } as const;
type Expected = keyof typeof WORDS;
const SHARES: readonly Expected[] = [
  'pass',
  'pass',
  'pass',
  'pass',
  'warn',
  'warn',
  'reject',
  'reject',
  'reject',
  'blocked',
];

/** One in twenty is answered otherwise than it is to be, and never a reject by a pass. */
function casesOf(count: number, set: string) {
  const cases = Array.from({ length: count }, (_, at) => {
    const expected = SHARES[at % SHARES.length] ?? 'pass';
    const answered = at % 20 === 4 ? 'pass' : expected;
    return { id: `${set}-${at + 1}`, scenario: 's', expected, documents: [{ name: 'lc', text: WORDS[answered] }] };
  });
  const expected = Object.fromEntries(
    Object.keys(WORDS).map((one) => [one, cases.filter((item) => item.expected === one).length]),
  );
  return { schema: 1, seed: 3, set, counts: { scenario: { s: count }, expected }, cases };
}

/**
 * Puts a team's system into a project folder: nothing runs yet.
 *
 * @param scripts folder with lc_service.py and day3_batch.py
 * @param more arguments of its batch script
 */
export async function teamIn(folder: string, scripts: string, more: string[] = []): Promise<Team> {
  const at = (...names: string[]): string => join(folder, ...names);
  for (const name of ['deploy', 'cases', 'day2', 'kept', 'runs']) mkdirSync(at(name), { recursive: true });
  cpSync(scripts, at('scripts'), { recursive: true });
  const [database, cache, api, front, alertPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const python = (what: string, port: number): string[] => ['python3', at('scripts/lc_service.py'), what, String(port)];
  const listener = (port: number) => ({
    command: python('listener', port),
    ready: { tcp: { host: '127.0.0.1', port } },
  });
  const ready = (port: number) => ({ http: { url: `http://127.0.0.1:${port}/health`, status: 200 } });
  const services = {
    database: listener(database),
    cache: listener(cache),
    'lc-api': {
      command: python('service', api),
      dependsOn: ['database', 'cache'],
      ready: ready(api),
      volumes: ['scans'],
    },
    front: { command: python('service', front), ready: ready(front) },
  };
  mkdirSync(at('deploy/scans'));
  writeFileSync(
    at('deploy/stack.yaml'),
    stringify({ name: 'lc', envFile: { path: 'service.env', required: false }, services }),
  );
  writeFileSync(at('deploy/docker-compose.yaml'), 'services: {}\n');
  writeFileSync(at('deploy/service.env.sample'), '# of the team\nLC_ENDPOINT=\nLC_TOKEN=\nLC_STUBS=true\n');
  writeFileSync(at('cases/all.json'), JSON.stringify(casesOf(90, 'all')));
  writeFileSync(at('cases/twenty.json'), JSON.stringify(casesOf(20, 'twenty')));
  writeFileSync(at('cases/one.json'), JSON.stringify(casesOf(1, 'one')));
  const before = casesOf(20, 'twenty').cases.map(({ id, expected }) => ({
    ref: id,
    gold: WORDS[expected],
    got: 'UNREADABLE',
  }));
  writeFileSync(at('day2/outcomes.jsonl'), before.map((row) => `${JSON.stringify(row)}\n`).join(''));
  writeFileSync(at('alert-url'), `http://127.0.0.1:${alertPort}/hook\n`, { mode: 0o600 });
  const classes = Object.fromEntries(Object.entries(WORDS).map(([ours, theirs]) => [theirs, ours]));
  const hold = at('deploy/agent.hold');
  const inputs = {
    stackDir: at('deploy'),
    driver: 'native',
    apiUrl: `http://127.0.0.1:${api}`,
    apiPort: api,
    postgresPort: database,
    redisPort: cache,
    healthPath: '/health',
    livePath: '/live',
    validatePath: '/v2/check',
    prodUrl: `http://127.0.0.1:${front}`,
    prodApiUrl: `http://127.0.0.1:${front}`,
    apiService: 'lc-api',
    servicesLeast: 4,
    logTails: { database: 80, cache: 80, 'lc-api': 120 },
    apiLog: { 'lc-api': 5000 },
    configLines: ['cfg loaded', 'db link up', 'doc kind=\\S+ via=\\S+'],
    envFile: 'service.env',
    envExample: 'service.env.sample',
    urlVariable: 'LC_ENDPOINT',
    tokenVariable: 'LC_TOKEN',
    stubsVariable: 'LC_STUBS',
    mounts: ['scans'],
    agents: [
      { name: 'night-retry', freeze: ['touch', hold], thaw: ['rm', '-f', hold], status: ['test', '!', '-e', hold] },
    ],
    alertUrlFile: at('alert-url'),
    casesDir: at('cases'),
    probeManifest: 'one.json',
    smokeManifest: 'twenty.json',
    fullManifest: 'all.json',
    resultsDir: at('day2'),
    previousResults: 'outcomes.jsonl',
    previousColumns: { id: 'ref', expected: 'gold', verdict: 'got' },
    previousClasses: classes,
    snapshotsDir: at('kept'),
    runner: {
      argv: [
        'python3',
        at('scripts/day3_batch.py'),
        '--cases',
        '{manifest}',
        '--out',
        '{file}',
        '--endpoint',
        '{url}',
        ...more,
      ],
      file: at('runs/day3_{run}.jsonl'),
      columns: {
        id: 'ref',
        expected: 'gold',
        verdict: 'outcome.decision',
        status: 'code',
        attempts: 'tries',
        seconds: 'secs',
        stub: '$.outcome.demo',
      },
      classes,
    },
  };
  const people = {
    Cleo: { roles: ['cto'] },
    Ines: { roles: ['infra'] },
    Quentin: { roles: ['qa'] },
    Sven: { roles: ['sre'] },
    Sina: { roles: ['security'] },
  };
  const golive = {
    approvals: { level: 'declared' },
    people,
    folders: ['.'],
    targets: { 'lc-live': { inputs } },
  };
  writeFileSync(at('golive.yaml'), stringify(golive, { aliasDuplicateObjects: false }));
  return { golive: at('golive.yaml'), alertPort };
}
