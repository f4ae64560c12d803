import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { placeOfStep, type StepPlace } from '../../model/evidence/step-place.js';
import { didYouMean } from '../../model/schema/suggest.js';
import type { GoLiveState, StepRecord } from '../../model/state/state.js';
import { CliError } from '../errors.js';
import { print, talk } from '../terminal/tell.js';
import { clean } from '../render/text.js';
import { LineTail } from './line-tail.js';
import { readOnce } from './read-once.js';

const LOOK_MS = 250;
/** Every how many looks at the files the go-live is asked whether the step still runs. */
const ASK_EVERY = 4;

/** A step that has begun, by the names that people may give it. */
export interface Begun extends StepPlace {
  names: string[];
  record: StepRecord;
}

/** Every step that has begun, oldest first; those of earlier attempts too. */
export function begunSteps(state: GoLiveState): Begun[] {
  const of = (phase: string, phaseAttempt: number, shown: string, steps: readonly StepRecord[]): Begun[] =>
    steps
      .filter(({ epoch, status }) => epoch > 0 && status !== 'pending' && status !== 'skipped')
      .map((record) => {
        const { id: step, epoch } = record;
        return { phase, phaseAttempt, step, epoch, record, names: [step, `${shown}.${step}`] };
      });
  return [
    ...state.phases.flatMap((phase) => [
      ...phase.history.flatMap(({ attempt, steps }) => of(phase.id, attempt, phase.id, steps)),
      ...of(phase.id, phase.attempt, phase.id, phase.steps),
    ]),
    ...state.rollbacks.flatMap(({ id, steps }, index) => of(`rollback-${id}`, index + 1, id, steps)),
  ];
}

/** The last opening of a step that was named. @throws CliError (exit 2) with what was probably meant */
export function findStep(state: GoLiveState, name: string): Begun {
  const begun = begunSteps(state);
  const found = begun.filter(({ names }) => names.includes(name)).at(-1);
  if (found) return found;
  const waits = state.phases.some(({ steps }) => steps.some(({ id }) => id === name));
  throw new CliError(
    waits ? `Step '${clean(name, 60)}' has not begun yet.` : `No step '${clean(name, 60)}' has begun.`,
    {
      exitCode: waits ? 4 : 2,
      where: `target ${state.target}`,
      hint: waits
        ? 'It prints nothing before.'
        : didYouMean(
            name,
            begun.flatMap(({ names }) => names[1] ?? []),
            'steps',
          ),
    },
  );
}

export interface LogsOptions {
  follow?: boolean | undefined;
  json?: boolean | undefined;
}

/**
 * Prints what the command of a step has printed so far; with `follow` also what it prints until it ends.
 *
 * @throws CliError: exit 2 for an unknown step, or when its output lies on another machine
 */
export async function logs(client: Client, target: string, name: string, options: LogsOptions): Promise<void> {
  const read = async (): Promise<Begun & { dir: string }> => {
    const { state } = await readOnce(client, target);
    requireBundle(state);
    const step = findStep(state, name);
    return { ...step, dir: join(state.evidenceDir, 'data', 'phases', ...placeOfStep(step)) };
  };
  let step = await read();
  let printer = new Printer(step, options.json ?? false);
  for (let looks = 1; ; looks += 1) {
    await printer.show(step.dir);
    const runs = step.record.status === 'running';
    if (!options.follow || !runs) break;
    await sleep(LOOK_MS);
    // A worker or server that is away for a moment does not end the reading.
    if (looks % ASK_EVERY === 0) step = await read().catch(() => step);
    if (printer.isOf(step)) continue;
    await printer.end();
    printer = new Printer(step, options.json ?? false);
  }
  await printer.end();
  if (printer.files === 0) sayNone(step);
}

function requireBundle({ evidenceDir }: GoLiveState): void {
  if (existsSync(evidenceDir)) return;
  throw new CliError('The output of steps lies where the worker runs, and that is not here.', {
    exitCode: 2,
    where: evidenceDir,
    hint: 'Run this on the machine of the worker, or where its evidence folder is mounted at the same path.',
  });
}

function sayNone({ record }: Begun): void {
  const running = record.status === 'running' ? ' so far' : '';
  const found = record.failure?.message ?? record.summary;
  const what = found === undefined ? '' : ` It says: ${clean(found, 300)}`;
  talk(`Step ${clean(record.id, 60)} (${clean(record.uses, 60)}) has no output${running}.${what}`);
}

/** Prints the lines of one opening of a step, file by file. */
class Printer {
  private readonly tails = new Map<string, LineTail>();
  private last = '';

  constructor(
    private readonly step: Begun,
    private readonly json: boolean,
  ) {}

  get files(): number {
    return this.tails.size;
  }

  isOf({ phase, phaseAttempt, epoch }: StepPlace): boolean {
    const { step } = this;
    return step.phase === phase && step.phaseAttempt === phaseAttempt && step.epoch === epoch;
  }

  async show(dir: string): Promise<void> {
    const names = existsSync(dir) ? readdirSync(dir).filter((file) => file.endsWith('.log')) : [];
    for (const name of names.toSorted()) {
      const tail = this.tails.get(name) ?? new LineTail(join(dir, name));
      this.tails.set(name, tail);
      this.tell(name, await tail.read());
    }
  }

  async end(): Promise<void> {
    for (const [name, tail] of this.tails) this.tell(name, [...(await tail.read()), ...tail.rest()]);
  }

  private tell(file: string, lines: readonly string[]): void {
    const { phase, phaseAttempt: attempt, step } = this.step;
    if (lines.length > 0 && !this.json && this.last !== file) {
      if (this.tails.size > 1) print(`==> ${file} <==`);
      this.last = file;
    }
    for (const line of lines) {
      if (this.json) print({ phase, attempt, step, file, line });
      // What a command prints may not move the cursor of whoever reads it here.
      else print(process.stdout.isTTY ? clean(line, Number.POSITIVE_INFINITY) : line);
    }
  }
}
