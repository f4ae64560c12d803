import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { messageOf } from '../kit/log.js';
import { entry, goliveOf, repositoryOf } from './inputs.js';

/** golive takes itself through `hardening-certification`, and says what level it comes to. `npm run certify`. */
const USAGE = `npm run certify -- [--live] [--dir DIR] [--time-scale N] [--input NAME=VALUE …]

  golive certifies the commit that it stands at. Without --live it is a rehearsal, of about an hour: everything is run,
  the load at so many times its rate (10), and the level says that it is no certificate.
  --live         the load at its real rate (four hours); names of people as in DIR/golive.yaml
  --dir          folder for all that is left behind; by default one beside the repository
  --input        e.g. --input 'execute=["wiring", "security"]': the other phases are only shown to be ready
`;

/** At 60, the runbook's own, the spike is 500 queries a second: that many golive is not made for. */
const TIME_SCALE = '10';
const RUNBOOK = 'hardening-certification';

const certificateSchema = z.object({
  level: z.string(),
  gates: z.array(z.object({ id: z.string(), title: z.string(), standing: z.string(), why: z.string().optional() })),
});

const options = {
  live: { type: 'boolean' },
  dir: { type: 'string' },
  'time-scale': { type: 'string' },
  input: { type: 'string', multiple: true },
  help: { type: 'boolean' },
} as const;

/** UTC, e.g. 20261121-013000. */
const stamp = (): string => new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);

/** What the go-live left, for those who look at nothing else. */
function tell(data: string): void {
  const release = join(data, 'release');
  const file = join(release, 'artifacts', 'production_readiness_certificate.json');
  if (!existsSync(file)) {
    console.log(`There is no certificate: the go-live did not come to its end. What it left: ${data}`);
    return;
  }
  const { level, gates } = certificateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  console.log(`\nLevel: ${level}`);
  for (const { id, title, standing, why = '' } of gates)
    console.log(`  ${id.padEnd(4)} ${standing.padEnd(8)} ${title}${why === '' ? '' : `: ${why}`}`);
  console.log(`Certificate: ${join(release, 'artifacts', 'production_readiness_certificate.md')}`);
  console.log(`What is missing, and how long it takes: ${join(release, 'COMPLETION_SUMMARY.md')}`);
}

/** The folders and environment of one certification. */
interface Place {
  repository: string;
  dir: string;
  env: NodeJS.ProcessEnv;
}

/** Runs golive to its end. Ctrl-C reaches it by itself, and it takes down what it started; a signal to this process alone is passed on. */
function golive({ repository, dir, env }: Place, ...args: string[]): Promise<number> {
  const child = spawn(process.execPath, [goliveOf(repository), ...args], { cwd: dir, env, stdio: 'inherit' });
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.once(name, () => child.kill(name));
  return new Promise((ended, failed) => {
    child.once('error', failed);
    child.once('close', (code) => ended(code ?? 1));
  });
}

const readySchema = z.object({ inputs: z.record(z.string(), z.unknown()) });

/** As `golive rehearse` starts a lab, for a go-live that is none: its target runs as long as this does. */
async function live(place: Place, given: readonly string[]): Promise<number> {
  const { dir } = place;
  const people = join(dir, 'golive.yaml');
  if (!existsSync(people)) {
    writeFileSync(
      people,
      '# Whose names count. With signed approvals: docs/approvals.md.\napprovals: { level: declared }\n',
    );
    console.log(`Names of people are believed; to have them signed, say in ${people} who they are.`);
  }
  const child = spawn(process.execPath, [entry('main'), '--dir', join(dir, `lab-${stamp()}`)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const over = new Promise<void>((ended) => void child.once('close', () => ended()));
  try {
    const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), over.then(() => [])]);
    const { inputs } = readySchema.parse(JSON.parse(String(line)));
    const all = Object.entries(inputs).flatMap(([name, value]) => [
      '--input',
      `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ]);
    const up = await golive(place, 'up', '--detach');
    if (up !== 0) return up;
    return await golive(
      place,
      'start',
      RUNBOOK,
      '--target',
      'golive',
      '--mode',
      'live',
      '--yes',
      '--wait',
      ...all,
      ...given,
    );
  } finally {
    child.stdin.end();
    await over;
  }
}

async function certify(): Promise<number> {
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const repository = repositoryOf();
  const dir = resolve(values.dir ?? join(repository, '..', `${basename(repository)}-certification`));
  if (`${dir}/`.startsWith(`${repository}/`))
    throw new Error(`${dir} lies in the repository, which must stay as it is committed: name another --dir`);
  mkdirSync(dir, { recursive: true });
  // A server and a worker of its own: a go-live that runs here otherwise is not in its way.
  const place = { repository, dir, env: { ...process.env, GOLIVE_STATE: join(dir, 'state') } };
  const [change, evidence] = [stamp(), join(dir, 'evidence')];
  const data = join(evidence, 'golive', change, 'data');
  const given = [
    '--change',
    change,
    '--evidence',
    evidence,
    ...(values.input ?? []).flatMap((one) => ['--input', one]),
  ];
  const scale = ['--time-scale', values['time-scale'] ?? TIME_SCALE];
  console.log(`What it does stands in ${join(data, 'release', 'STATUS.md')} as it goes.`);
  process.on('SIGINT', () => undefined);
  try {
    if (values.live) return await live(place, given);
    return await golive(place, 'rehearse', RUNBOOK, '--lab', 'golive', '--non-interactive', ...scale, ...given);
  } finally {
    // On a terminal golive leaves server and worker for those who look at its Web UI.
    spawnSync(process.execPath, [goliveOf(repository), 'down'], { cwd: dir, env: place.env, stdio: 'ignore' });
    tell(data);
  }
}

certify().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(`certify: ${messageOf(error)}`);
    process.exitCode = 2;
  },
);
