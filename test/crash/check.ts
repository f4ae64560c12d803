import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linkOf } from '../../evidence/hash.js';
import type { JsonObject } from '../../model/json.js';
import type { GoLiveState } from '../../model/state/state.js';

/** Steps of RB20 that must not be done twice, and those that may. */
export const ONCE = ['schema', 'migrate', 'index', 'seed', 'cut', 'move', 'announce', 'bill'] as const;
export const REPEATABLE = ['config', 'cache', 'freeze', 'tag', 'clean'] as const;
const acting: readonly string[] = [...ONCE, ...REPEATABLE];

/** What a go-live left: in the world, in its evidence, and as its last word. */
export interface Left {
  effects: string[];
  evidenceDir: string;
  state: GoLiveState;
}

export interface Findings {
  doubled: string[];
  lost: string[];
  wrong: string[];
}

/** Names in the effects log, in order. */
export function effectsIn(log: string): string[] {
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' ')[0] ?? '');
}

/** Undos in the order in which they were first done. */
export function undosOf(effects: readonly string[]): string[] {
  return [...new Set(effects.filter((name) => name.startsWith('undo-')))];
}

/**
 * Compares what a disturbed go-live left with what the undisturbed one left.
 *
 * @param reference the same runbook with the same ending, without a crash
 * @param mayRepeat steps whose effect allows it may have been taken again, as after a reset of the workflow
 */
export function check(left: Left, reference: Left, mayRepeat = false): Findings {
  const { effects, state, evidenceDir } = left;
  const count = (name: string): number => effects.filter((other) => other === name).length;
  const doubled = ONCE.filter((name) => count(name) > 1).map((name) => `${name}; ${story(evidenceDir, name)}`);
  const records = state.phases.flatMap(({ steps }) => steps);
  const lost: string[] = records
    .filter(({ id, status }) => status === 'done' && acting.includes(id) && count(id) === 0)
    .map(({ id }) => id);
  const wrong: string[] = [];
  const differs = (what: string, mine: unknown, right: unknown): void => {
    const [a, b] = [JSON.stringify(mine), JSON.stringify(right)];
    if (a !== b) wrong.push(`${what} is ${a}, not ${b}`);
  };
  differs('verdict', state.verdict, reference.state.verdict);
  differs('rollback', state.rollbackIncomplete, reference.state.rollbackIncomplete);
  differs(
    'steps',
    records.map(({ id, status }) => `${id} ${status}`),
    reference.state.phases.flatMap(({ steps }) => steps).map(({ id, status }) => `${id} ${status}`),
  );
  differs('what was done', [...new Set(effects)].toSorted(), [...new Set(reference.effects)].toSorted());
  differs('the way back', undosOf(effects), undosOf(reference.effects));
  wrong.push(...evidenceProblems(evidenceDir, records, mayRepeat));
  return { doubled, lost, wrong };
}

/** What the evidence says of a step, shortened: it shows how it came about. */
function story(evidenceDir: string, id: string): string {
  const lines = readFileSync(join(evidenceDir, 'data', 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  return lines
    .map((line) => JSON.parse(line) as JsonObject)
    .filter((event) => event.step === id || JSON.stringify(event.about ?? '').includes(id))
    .map(({ at, type, epoch, attempt, code, message, choice }) =>
      [at, type, epoch, attempt, code, message, choice]
        .filter((part) => part !== undefined)
        .map(String)
        .join(' '),
    )
    .join(' | ');
}

function evidenceProblems(
  evidenceDir: string,
  records: GoLiveState['phases'][number]['steps'],
  mayRepeat: boolean,
): string[] {
  const problems: string[] = [];
  const lines = readFileSync(join(evidenceDir, 'data', 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  let prev = '0'.repeat(64);
  const events = lines.map((line, index) => {
    const event = JSON.parse(line) as JsonObject;
    if (event.prev !== prev || event.seq !== index) problems.push(`event ${index} does not follow the one before`);
    prev = linkOf(line);
    return event;
  });
  if (events.at(-1)?.type !== 'sealed') problems.push('the event log is not sealed');
  for (const { id } of records.filter(({ status }) => status === 'done')) {
    const ends = events.filter(
      ({ type, step, recovered }) =>
        step === id && (type === 'step.settled' || (type === 'step.done' && recovered !== true)),
    );
    const recovered = events.some(({ type, step }) => type === 'step.done' && step === id);
    // What changes nothing keeps no outcome: an attempt that was given up and its successor may both have ended.
    if (ends.length > 1 && !mayRepeat && acting.includes(id))
      problems.push(`step ${id} ended ${ends.length} times in the evidence`);
    if (ends.length === 0 && !recovered) problems.push(`step ${id} has no end in the evidence`);
  }
  const manifest = readFileSync(join(evidenceDir, 'manifest-sha256.txt'), 'utf8').trimEnd().split('\n');
  for (const line of manifest) {
    const [sum = '', path = ''] = line.split(/ +/);
    const found = createHash('sha256')
      .update(readFileSync(join(evidenceDir, path)))
      .digest('hex');
    if (found !== sum) problems.push(`${path} is not what the manifest says`);
  }
  return problems;
}
