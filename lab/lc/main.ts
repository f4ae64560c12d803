import type { ChildProcess } from 'node:child_process';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildCases } from './cases/build.js';
import { DEFAULT_SEED, writeCases } from './cases/generate.js';
import { FAULTS, SOUND } from './faults.js';
import type { Fault } from './faults.js';
import { endContainers, engineAnswers } from './host/containers.js';
import { writeEarlierResults } from './host/no-go.js';
import { appears, endGroup, leftOver, startHeld, strayPostgres } from '../kit/processes.js';
import { startProduction } from './host/production.js';
import { entry, writeStack } from './host/stack.js';
import { endsCleanly, onStdinEnd, stdinIsHeld } from '../kit/life.js';
import { messageOf } from '../kit/log.js';
import { POINTER, realFolder, standIn } from './pg-folder.js';
import { freePorts } from '../kit/ports.js';

interface Options {
  dir: string;
  fault: Fault;
  timeScale: number;
  seed: number;
}

/** A wrong command line: exit 2. */
class UsageError extends Error {}

function say(event: string): void {
  process.stderr.write(`lab: ${event}\n`);
}

function options(): Options | undefined {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      fault: { type: 'string' },
      'time-scale': { type: 'string' },
      seed: { type: 'string' },
      'list-faults': { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  if (values['list-faults']) {
    const list = FAULTS.map(({ id, summary }) => ({ id, summary }));
    process.stdout.write(
      values.json ? `${JSON.stringify(list)}\n` : list.map(({ id, summary }) => `${id}  ${summary}\n`).join(''),
    );
    return undefined;
  }
  if (!values.dir)
    throw new UsageError('usage: main.js --dir DIR [--fault ID] [--time-scale N] [--seed N] | --list-faults [--json]');
  const fault = values.fault === undefined ? SOUND : FAULTS.find(({ id }) => id === values.fault);
  if (!fault)
    throw new UsageError(
      `unknown fault ${JSON.stringify(values.fault)}; known: ${FAULTS.map(({ id }) => id).join(', ')}`,
    );
  const timeScale = Number(values['time-scale'] ?? 1);
  if (!(timeScale > 0 && timeScale <= 1000)) throw new UsageError('--time-scale must be a number above 0, up to 1000');
  const seed = Number(values.seed ?? DEFAULT_SEED);
  if (!Number.isInteger(seed)) throw new UsageError('--seed must be a whole number');
  mkdirSync(values.dir, { recursive: true });
  return { dir: realpathSync(values.dir), fault, timeScale, seed };
}

/** How the automatic retry agent is frozen, let go on and looked at. */
function agentOf(dir: string, { agentUnseen }: Fault) {
  const argv = (verb: string): string[] => [process.execPath, entry('agentctl'), verb, '--dir', dir];
  const agent = { name: 'retry-agent', freeze: argv('freeze'), thaw: argv('thaw') };
  return agentUnseen ? agent : { ...agent, status: argv('status') };
}

async function endAll(dir: string, children: readonly ChildProcess[]): Promise<void> {
  const stack = join(dir, 'stack');
  const own = children.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  const left = leftOver(stack, ['postgres', '../kit/redis', 'api'].map(entry));
  if (left.length > 0) say(`ending what the stack left running: ${left.join(', ')}`);
  const containers = endContainers(stack).catch((error: unknown) => say(`containers are left: ${messageOf(error)}`));
  await Promise.all([containers, ...[...own, ...left].map((group) => endGroup(group))]);
  for (const folder of [join(stack, 'volumes', 'postgres'), join(dir, 'production', 'volumes', 'postgres')]) {
    const pid = strayPostgres(realFolder(folder));
    if (pid !== undefined) await endGroup(pid);
    rmSync(standIn(folder), { recursive: true, force: true });
    rmSync(join(folder, POINTER), { force: true });
  }
}

async function run({ dir, fault, timeScale, seed }: Options): Promise<void> {
  if (fault.withoutEngine && (await engineAnswers()))
    throw new UsageError(
      `fault ${fault.id}: a container engine answers; stop it, or set DOCKER_HOST to where none is, for worker and lab`,
    );
  const children: ChildProcess[] = [];
  const end = endsCleanly(async () => {
    say('ending');
    await endAll(dir, children);
    say('nothing of it runs any more');
  });
  if (stdinIsHeld()) onStdinEnd(end);
  const [postgres = 0, redis = 0, api = 0, prodPostgres = 0, prodRedis = 0, prodApi = 0, edge = 0] = await freePorts(7);
  const at = (name: string) => join(dir, name);
  const production = startProduction(
    at('production'),
    { postgres: prodPostgres, redis: prodRedis, api: prodApi, edge },
    fault,
  );
  children.push(...production.children);
  writeCases(seed, at('cases'));
  writeStack(at('stack'), { postgres, redis, api }, fault, timeScale);
  if (!fault.withoutResults) writeEarlierResults(at('results'), buildCases(seed).smoke, fault.earlierRight);
  const apiUrl = `http://127.0.0.1:${api}`;
  rmSync(at('agent'), { recursive: true, force: true });
  mkdirSync(at('agent'), { recursive: true });
  const agent = [
    process.execPath,
    entry('agent'),
    '--dir',
    at('agent'),
    '--api-url',
    apiUrl,
    '--cases',
    at('cases/smoke20.json'),
  ];
  children.push(startHeld(agent, fault.agent ?? {}, at('agent'), at('agent/process.log')));
  const sink = [process.execPath, entry('../agent/alert-sink'), '--dir', dir];
  children.push(startHeld(sink, {}, dir, at('alert-sink.log')));
  await appears(at('alert-url'));
  await appears(at('agent/agent.json'));
  const inputs = {
    stackDir: at('stack'),
    casesDir: at('cases'),
    resultsDir: at('results'),
    snapshotsDir: at('snapshots'),
    apiUrl,
    apiPort: api,
    postgresPort: postgres,
    redisPort: redis,
    prodUrl: `http://127.0.0.1:${edge}`,
    prodApiUrl: `http://127.0.0.1:${prodApi}`,
    driver: 'native',
    agents: [agentOf(at('agent'), fault)],
    mounts: ['volumes/audit'],
    alertUrlFile: at('alert-url'),
    ...fault.inputs,
  };
  process.stdout.write(`${JSON.stringify({ ready: true, target: 'lcopilot-lab', inputs })}\n`);
  say(`NO-GO state prepared in ${dir}, fault: ${fault.id}, seed ${seed}, time scale ${timeScale}`);
  await production.up.then(
    async () => {
      say('production answers');
      const lost = fault.productionLoses && production.parts[fault.productionLoses];
      if (lost?.pid !== undefined) await endGroup(lost.pid);
    },
    (error: unknown) => say(`production: ${messageOf(error)}; its logs are in ${at('production')}`),
  );
}

try {
  const chosen = options();
  if (chosen) await run(chosen);
} catch (error) {
  const usage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  process.stderr.write(`lab: ${messageOf(error)}\n`);
  if (usage) process.exitCode = 2;
  else process.exit(1);
}
