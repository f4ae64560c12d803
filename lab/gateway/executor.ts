import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { endsCleanly } from '../kit/life.js';
import { createLog, messageOf } from '../kit/log.js';
import { isLateInWindow } from './day.js';
import { FAULTS, SOUND } from './faults.js';
import { type Order, readOrder } from './order.js';

const log = createLog('executor');
const LOOK_MS = 60;

const { values } = parseArgs({
  options: { dir: { type: 'string' }, fault: { type: 'string' }, 'time-scale': { type: 'string' } },
});
const root = values.dir ?? '.';
const repo = join(root, 'workspace');
const fault = FAULTS.find(({ id }) => id === values.fault) ?? SOUND;
mkdirSync(join(root, 'audit'), { recursive: true });

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=executor', '-c', 'user.email=executor@gateway.test', '-C', repo, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
const digest = (path: string): string | null =>
  existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null;

/** One line of the audit log and, for each order, a file of its own. */
function audit(id: string, record: Record<string, unknown>): void {
  const line = { ts: new Date().toISOString(), id, ...record };
  writeFileSync(join(root, 'audit', `${id}.${String(record.event)}.json`), `${JSON.stringify(line, null, 2)}\n`);
  appendFileSync(join(root, 'audit.jsonl'), `${JSON.stringify(line)}\n`);
}

interface Executed {
  order: Order;
  commit: string;
  before: (string | null)[];
}
const executed = new Map<string, Executed>();
let head = '';

/** Carries out one strict order: its writes, as one commit. */
function execute(name: string): void {
  const path = join(root, 'executor', name);
  const order = readOrder(readFileSync(path, 'utf8'));
  if (order.actor === fault.ignores) return;
  const files = order.operations.map((operation) => join(repo, operation.path));
  const before = files.map(digest);
  order.operations.forEach(({ content }, index) => {
    const file = files[index] ?? '';
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  });
  git('add', '-A');
  git(
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    `order ${order.id}: ${order.operations.map((one) => one.path).join(', ')}`,
  );
  const commit = git('rev-parse', 'HEAD');
  executed.set(commit, { order, commit, before });
  if (fault.takesBack && order.risk === 'high') takeBack(files[0] ?? '');
  renameSync(path, join(root, 'done', 'strict', name));
  audit(order.id, { event: 'executed', commit, before, after: files.map(digest) });
  const record = {
    ts: new Date().toISOString(),
    id: order.id,
    lane: 'strict',
    event: 'processed',
    actor: order.actor,
    risk: order.risk,
  };
  appendFileSync(join(root, 'telemetry.jsonl'), `${JSON.stringify(record)}\n`);
}

/** Takes the last commit back, as somebody who works in the same repository might. */
function takeBack(file: string): void {
  git('revert', '--no-edit', 'HEAD');
  if (fault.takesBack === 'only') return;
  writeFileSync(file, 'flag: half\n');
  git('add', '-A');
  git('commit', '--quiet', '-m', 'a middle way');
}

/** Sees when somebody has reverted an order, and whether its files are as they were. */
function seeReverts(): void {
  const now = git('rev-parse', 'HEAD');
  if (now === head) return;
  for (const { order, commit, before } of executed.values()) {
    if (existsSync(join(root, 'audit', `${order.id}.rollback_ok.json`))) continue;
    if (git('log', '--format=%H', '-n', '1', '--fixed-strings', `--grep=This reverts commit ${commit}`) === '')
      continue;
    const files = order.operations.map((operation) => join(repo, operation.path));
    if (fault.rewrites && files[0]) writeFileSync(files[0], 'written again\n');
    const after = files.map(digest);
    const ok = JSON.stringify(after) === JSON.stringify(before);
    audit(order.id, { event: ok ? 'rollback_ok' : 'rollback_failed', commit, before, after });
  }
  // Not before: where a look breaks off, the next one looks again.
  head = now;
}

/** What breaks off is taken up again a moment later. */
function attempt(what: () => void): void {
  try {
    what();
  } catch (error) {
    log('error', messageOf(error));
  }
}

function look(): void {
  for (const name of readdirSync(join(root, 'executor')).toSorted()) attempt(() => execute(name));
  attempt(seeReverts);
  if (fault.loses === 'audit' && isLateInWindow(root, Number(values['time-scale'] ?? 1)))
    truncateSync(join(root, 'audit.jsonl'));
}

const timer = setInterval(() => attempt(look), LOOK_MS);
endsCleanly(async () => clearInterval(timer));
writeFileSync(join(root, 'executor.pid'), `${process.pid}\n`);
log('info', `executing for ${repo}`);
