import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StepError } from '../../activities/step/step-error.js';
import { writeDurably } from '../../evidence/durable.js';
import { readIfThere } from '../../evidence/folder-store.js';
import { makeBackupFolder } from '../shared/backup.js';
import type { StackContext, TakenBack } from './contract.js';
import { STATE } from './stack-fields.js';

const RECORD = 'stack.json';
const STOP_MS = 120_000;

/** Ids of the running containers by service. */
export type Running = Record<string, string[]>;

/** What ran before a step brought its stack up. */
export interface EarlierStack {
  running: Running;
  /** What the stack was last brought up by, as `docker compose config` resolved it then; null when nobody kept it. */
  definition: string | null;
  /** What ran when the step was done. */
  after?: Running;
}

/** The definition that a stack was last brought up by, beside its own file, which may say something else by now. */
function lastUp(folder: string): string {
  return join(folder, STATE, 'compose.yaml');
}

/** Keeps what runs before the step; what an earlier attempt kept stays. */
export async function rememberEarlierStack(folder: string, running: Running, context: StackContext): Promise<void> {
  if (await readEarlierStack(context)) return;
  const definition = (await readIfThere(lastUp(folder)))?.toString('utf8') ?? null;
  await write({ running, definition }, context);
}

/** @param definition as `docker compose config` prints it: for its owner alone, since it may hold credentials */
export async function writeLastUp(folder: string, definition: string, after: Running, context: StackContext) {
  const earlier = await readEarlierStack(context);
  if (earlier) await write({ ...earlier, after }, context);
  await writeDurably(lastUp(folder), definition, 0o600);
}

async function readEarlierStack({ backups }: StackContext): Promise<EarlierStack | undefined> {
  const text = await readIfThere(join(backups, RECORD));
  return text && (JSON.parse(text.toString('utf8')) as EarlierStack);
}

async function write(earlier: EarlierStack, context: StackContext): Promise<void> {
  await makeBackupFolder(context);
  await writeDurably(join(context.backups, RECORD), `${JSON.stringify(earlier)}\n`, 0o600);
}

/** What of a stack is to be stopped, brought back and left, from what ran before, after and now. */
export function changesOf({ running: before, after }: EarlierStack, now: Running) {
  const same = (a: Running | undefined, b: Running, name: string): boolean =>
    String(a?.[name]?.toSorted()) === String(b[name]?.toSorted());
  const ofOthers = (name: string): boolean => after !== undefined && name in now && !same(after, now, name);
  const began = Object.keys(now).filter((name) => !(name in before));
  const replaced = Object.keys(before).filter((name) => !same(before, now, name));
  return {
    stop: began.filter((name) => !ofOthers(name)),
    bringBack: replaced.filter((name) => !ofOthers(name)),
    left: [...began, ...replaced].filter(ofOthers),
  };
}

/**
 * `StackDriver.undoUp` for containers.
 *
 * @param now asks what runs
 * @param compose runs docker compose on a definition of this stack, and throws where it fails
 */
export async function undoUpOfContainers(
  folder: string,
  now: () => Promise<Running>,
  compose: (file: string | undefined, args: string[], timeoutMs: number) => Promise<string>,
  timeoutMs: number,
  context: StackContext,
): Promise<TakenBack> {
  const earlier = await readEarlierStack(context);
  if (!earlier) return { stopped: 0, broughtBack: 0, left: [], kept: false };
  const { stop, bringBack, left } = changesOf(earlier, await now());
  if (stop.length > 0) await compose(undefined, ['rm', '--stop', '--force', ...stop], STOP_MS);
  if (bringBack.length > 0) {
    const { definition } = earlier;
    if (definition === null) {
      throw new StepError('NOT_FOUND', `It is not known how ${bringBack.join(', ')} was started before the step.`, {
        hint: 'It runs as the step started it. Bring the earlier one back by hand, then say that the undo is done.',
      });
    }
    const file = join(context.backups, 'compose.yaml');
    await writeDurably(file, definition, 0o600);
    const wait = ['--wait', '--wait-timeout', String(Math.ceil(timeoutMs / 1000))];
    await compose(file, ['up', '-d', '--no-deps', ...wait, ...bringBack], timeoutMs);
    await rm(file, { force: true });
    await writeDurably(lastUp(folder), definition, 0o600);
  }
  await rm(join(context.backups, RECORD), { force: true });
  return { stopped: stop.length, broughtBack: bringBack.length, left, kept: true };
}
