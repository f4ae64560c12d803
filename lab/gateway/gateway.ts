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
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { endsCleanly } from '../kit/life.js';
import { createLog, messageOf } from '../kit/log.js';
import { isLateInWindow, windowDay } from './day.js';
import { FAULTS, SOUND } from './faults.js';
import { checkOrder, type Lane, LANES, type Order, OrderError, readOrder } from './order.js';
import { decide, type Decision, type Policy } from './policy.js';

const log = createLog('gateway');
const LOOK_MS = 40;
/** Records of telemetry after which the torn one comes. */
const BEFORE_TORN = 5;
/** Outcomes that the error rate is of. */
const RECENT = 200;

interface Config {
  actors: string[];
  policy: Policy;
}

/** The work-order gateway: takes orders from its inboxes, carries out the local ones, and hands the strict ones on. */
class Gateway {
  private readonly outcomes: boolean[] = [];
  private processed = 0;
  private errors = 0;
  private told = 0;
  private jammed = false;

  constructor(
    private readonly root: string,
    private readonly config: Config,
    private readonly fault: (typeof FAULTS)[number],
    private readonly timeScale: number,
  ) {
    for (const lane of LANES)
      for (const folder of ['inbox', 'error', 'done']) mkdirSync(join(root, folder, lane), { recursive: true });
    for (const folder of ['executor', 'pending', 'approvals']) mkdirSync(join(root, folder), { recursive: true });
  }

  look(): void {
    for (const lane of LANES) {
      if (lane === 'strict' && this.jammed) continue;
      for (const name of waiting(join(this.root, 'inbox', lane))) this.take(lane, name);
    }
    if (this.fault.approvesByHand) this.approveAll();
    for (const name of waiting(join(this.root, 'approvals'))) this.approved(name);
    this.report();
    if (this.fault.loses === 'telemetry' && isLateInWindow(this.root, this.timeScale))
      truncateSync(join(this.root, 'telemetry.jsonl'));
  }

  private take(lane: Lane, name: string): void {
    const path = join(this.root, 'inbox', lane, name);
    let order: Order | undefined;
    try {
      order = readOrder(readFileSync(path, 'utf8'));
      checkOrder(order, lane, this.config.actors);
    } catch (error) {
      if (!(error instanceof OrderError)) throw error;
      if (error.code === 'E_YAML' && this.fault.crashOnYaml === 'for-good') {
        log('critical', `${name}: ${error.message}`);
        process.exit(70);
      }
      this.refuse(lane, name, order?.id ?? basename(name, '.yaml'), error);
      return;
    }
    if (lane === 'local') {
      for (const { path: target, content } of order.operations) write(join(this.root, 'local', target), content);
      renameSync(path, join(this.root, 'done', lane, name));
      this.count(true);
      this.tell({ id: order.id, lane, event: 'processed', actor: order.actor, operations: order.operations.length });
      return;
    }
    this.handOn(order, name, path);
  }

  /** A strict order of low risk goes to the executor; one of high risk needs the policy, or a person. */
  private handOn(order: Order, name: string, path: string): void {
    const decision: Decision =
      order.risk === 'low'
        ? { by: 'policy', rule: 'low-risk', failed: [] }
        : decide(order, this.config.policy, this.fault.blindTo);
    if (order.risk === 'high')
      this.tell({
        id: order.id,
        lane: 'strict',
        event: 'decision',
        actor: order.actor,
        paths: order.operations.map((operation) => operation.path),
        decision: { ...decision },
      });
    if (decision.by === 'nobody') renameSync(path, join(this.root, 'pending', name));
    else renameSync(path, join(this.root, 'executor', name));
  }

  /** A person who looks at nothing: a word for each order that waits, but for the one whose word the captain gives. */
  private approveAll(): void {
    for (const name of waiting(join(this.root, 'pending')))
      if (!name.startsWith('risky-')) writeFileSync(join(this.root, 'approvals', name), 'by: a person in a hurry\n');
  }

  /** A person's word for an order that waits: a file of its name. */
  private approved(name: string): void {
    const pending = join(this.root, 'pending', name);
    const given = join(this.root, 'approvals', name);
    if (!existsSync(pending)) return;
    const by = String((parse(readFileSync(given, 'utf8')) as { by?: unknown } | null)?.by ?? '');
    const order = readOrder(readFileSync(pending, 'utf8'));
    this.tell({
      id: order.id,
      lane: 'strict',
      event: 'decision',
      actor: order.actor,
      decision: { by: 'person', person: by, rule: 'by hand', failed: [] },
    });
    renameSync(pending, join(this.root, 'executor', name));
    renameSync(given, join(this.root, 'done', 'strict', `${name}.approval`));
  }

  private refuse(lane: Lane, name: string, id: string, error: OrderError): void {
    const into = join(this.root, 'error', lane);
    renameSync(join(this.root, 'inbox', lane, name), join(into, name));
    writeFileSync(
      join(into, `${name}.reason.json`),
      `${JSON.stringify({ id, code: error.code, reason: error.message })}\n`,
    );
    // An actor that is not known is turned away as it should be; what cannot be carried out is an error.
    const event = error.code === 'E_ACTOR' ? 'rejected' : 'error';
    this.count(event === 'rejected');
    if (!(error.code === 'E_ZONE' && this.fault.untoldZone))
      this.tell({ id, lane, event, code: error.code, reason: error.message });
    log('warn', `${lane}/${name}: ${error.code} ${error.message}`);
    if (error.code !== 'E_YAML') return;
    this.jammed = this.fault.jamsOnYaml === true;
    if (this.fault.crashOnYaml) process.exit(70);
  }

  private count(good: boolean): void {
    if (good) this.processed += 1;
    else this.errors += 1;
    this.outcomes.push(good);
    if (this.outcomes.length > RECENT) this.outcomes.shift();
  }

  private tell(record: Record<string, unknown>): void {
    const line = `${JSON.stringify({ ts: new Date().toISOString(), ...record })}\n`;
    this.told += 1;
    const torn = this.fault.tornLine && this.told === BEFORE_TORN ? `${line.slice(0, line.length / 2)}\n` : '';
    appendFileSync(join(this.root, 'telemetry.jsonl'), torn + line);
  }

  /** Its health, as it sees itself. */
  private report(): void {
    const bad = this.outcomes.filter((good) => !good).length;
    const errorRate = this.outcomes.length === 0 ? 0 : bad / this.outcomes.length;
    const status = this.isRedDay() ? 'degraded' : 'up';
    const details = { errorRate, processed: this.processed, errors: this.errors };
    const path = join(this.root, 'health.json');
    writeFileSync(`${path}.new`, `${JSON.stringify({ status, time: new Date().toISOString(), details })}\n`);
    renameSync(`${path}.new`, path);
  }

  private isRedDay(): boolean {
    const { redDay } = this.fault;
    const day = windowDay(this.root, this.timeScale);
    if (redDay === undefined || day === undefined) return false;
    // A sample closes its day: around its end the gateway is not well.
    return day > redDay - 0.5 && day < redDay + 0.5;
  }
}

/** Files that are whole; what is being written has a leading dot. */
function waiting(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .toSorted();
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const { values } = parseArgs({
  options: { dir: { type: 'string' }, fault: { type: 'string' }, 'time-scale': { type: 'string' } },
});
const root = values.dir ?? '.';
const fault = FAULTS.find(({ id }) => id === values.fault) ?? SOUND;
const config = parse(readFileSync(join(root, 'gateway.yaml'), 'utf8')) as Config;
const gateway = new Gateway(root, config, fault, Number(values['time-scale'] ?? 1));
const timer = setInterval(() => {
  try {
    gateway.look();
  } catch (error) {
    log('error', messageOf(error));
  }
}, LOOK_MS);
endsCleanly(async () => clearInterval(timer));
writeFileSync(join(root, 'gateway.pid'), `${process.pid}\n`);
log('info', `watching ${root}`);
