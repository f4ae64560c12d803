import { join } from 'node:path';
import type { Recomputed } from '../../model/judge/recompute.js';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import type { Bag } from './bag.js';
import type { Findings } from './finding.js';
import { MOST, readAtMost, Unreadable } from './read.js';
import { fromSamples } from './samples.js';

/** A kind's outputs from its raw evidence; undefined where the evidence does not hold all of it. */
export type FromRaw = (
  kind: string,
  input: JsonObject,
  read: (name: string) => Buffer | undefined,
  logged: JsonObject,
) => Promise<Json | undefined>;

/** Computes the figures of steps again, where their raw records hold all of it; the others are named. */
export async function checkFigures(
  bag: Bag,
  again: Recomputed,
  fromRaw: FromRaw,
  findings: Findings,
  timeScale: number,
): Promise<{ count: number; note: string }> {
  let count = 0;
  let steps = 0;
  const left = new Map<string, number>();
  for (const { phase, attempt, steps: outputs } of again.attempts) {
    for (const [id, logged] of Object.entries(outputs)) {
      steps += 1;
      const begun = again.begun.findLast((one) => one.phase === phase && one.attempt === attempt && one.plan.id === id);
      if (!begun?.input) {
        left.set('no input', (left.get('no input') ?? 0) + 1);
        continue;
      }
      const item = `${phase}.${attempt}/${id}`;
      const read = (name: string): Buffer | undefined => newest(bag, phase, attempt, id, name);
      let raw: Json | undefined;
      try {
        raw = begun.plan.window
          ? fromSamples(begun.plan, read, timeScale)
          : await fromRaw(begun.plan.uses, begun.input, read, logged);
      } catch (error) {
        if (error instanceof Unreadable) findings.add('unreadable', item, `its raw record ${error.message}`);
        else
          findings.add(
            'policy',
            item,
            `its raw records cannot be read: ${error instanceof Error ? error.message : ''}`,
          );
        continue;
      }
      if (raw === undefined) {
        left.set(begun.plan.uses, (left.get(begun.plan.uses) ?? 0) + 1);
        continue;
      }
      count += 1;
      const said = isJsonObject(raw) ? countedAs(logged, raw, logged) : logged;
      if (canonicalJson(asFarAsLogged(raw, logged)) !== canonicalJson(said))
        findings.add('policy', item, 'its raw records give other figures than the log');
    }
  }
  const kinds = [...left].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([kind, of]) => `${kind} ${of}`);
  const others = steps - count;
  findings.leave(others, others === 1 ? 'step' : 'steps', `figures as logged (${kinds.join(', ')})`);
  return { count, note: `${others} other ${others === 1 ? 'step' : 'steps'}: figures as logged` };
}

/** Outputs that came together; a bundle of an earlier version holds none of them. */
const LATER = [['looked', 'unreadable', 'leftOut'], ['credentials'], ['without'], ['end']];

function asFarAsLogged(raw: Json, logged: JsonObject): Json {
  if (!isJsonObject(raw)) return raw;
  const gone = LATER.filter((names) => !names.some((name) => Object.hasOwn(logged, name))).flat();
  const counted = countedAs(raw, raw, logged);
  return Object.fromEntries(Object.entries(counted).filter(([name]) => !gone.includes(name)));
}

/** Rows in which a figure found nothing counted as looked at, before they were left out: of those bundles it is the sum. */
function countedAs(account: JsonObject, raw: JsonObject, logged: JsonObject): JsonObject {
  const { looked, leftOut } = account;
  const isOlder = Object.hasOwn(raw, 'without') && !Object.hasOwn(logged, 'without');
  if (!isOlder || typeof looked !== 'number' || typeof leftOut !== 'number') return account;
  return { ...account, looked: looked + leftOut, leftOut: 0 };
}

function newest(bag: Bag, phase: string, attempt: number, step: string, name: string): Buffer | undefined {
  const path = newestFile(bag, phase, attempt, step, name);
  return path === undefined ? undefined : readAtMost(join(bag.root, path), MOST.raw);
}

/** Path of the file of the step's last epoch that has it. */
export function newestFile(
  { payload }: Pick<Bag, 'payload'>,
  phase: string,
  attempt: number,
  step: string,
  name: string,
): string | undefined {
  const prefix = `data/phases/${phase}.${attempt}/${step}`;
  for (let epoch = 50; epoch >= 1; epoch -= 1) {
    const path = `${epoch > 1 ? `${prefix}.${epoch}` : prefix}/${name}`;
    if (payload.has(path)) return path;
  }
  return undefined;
}
