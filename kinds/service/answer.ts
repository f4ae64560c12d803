import { setImmediate } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import { asStep } from '../shared/as-step.js';
import { nodesAt } from '../shared/json-path.js';
import { readJson, type ReadJson, readJsonInTurns } from '../shared/json.js';
import { isJsonObject, type Json } from '../../model/json.js';
import type { HttpAnswer } from '../../activities/step/step.js';

/** A text, and why it is not to be believed; what of it is none stands as U+FFFD. */
export interface AnswerText {
  text: string;
  problem?: string;
}

/**
 * The body of an answer as text: by its byte order mark, else by the charset that it names, else as UTF-8, strictly. The end
 * of one that was cut may be half a character.
 */
export function answerText({ body, headers, truncated }: HttpAnswer): AnswerText {
  const named = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1];
  const charset = markOf(body) ?? named ?? 'utf-8';
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset, { fatal: true });
  } catch {
    const problem = `its charset ${JSON.stringify(charset.slice(0, 40))} is not known`;
    return { text: body.toString('utf8'), problem };
  }
  try {
    const text = decoder.decode(body, { stream: truncated });
    // UTF-16 without a mark is UTF-8 with zeros between its letters, and what is sought stands nowhere in it.
    return text.includes('\0') ? { text, problem: 'its body holds zero bytes, which no text does' } : { text };
  } catch {
    const problem = `its body is no ${decoder.encoding.toUpperCase()}${named === undefined ? ', and it names no charset' : ''}`;
    return { text: new TextDecoder(charset).decode(body), problem };
  }
}

function markOf([first, second]: Buffer): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

/** The JSON of an answer, or why there is none that can be relied on. */
export type AnswerJson = { json: Json } | { problem: string };

/**
 * Reads JSON exactly: a number that a double does not hold stays its digits, as text, minus nothing is nothing, and a
 * member that stands twice with two values is no answer.
 */
export function answerJson(text: string): AnswerJson {
  return answerOf(readJson(text));
}

/** The same, with pauses in which all else of the worker goes on. */
export async function answerJsonInTurns(text: string): Promise<AnswerJson> {
  return answerOf(await readJsonInTurns(text));
}

function answerOf({ value, why }: ReadJson): AnswerJson {
  if (value !== undefined) return { json: withoutMinusZero(value) };
  return { problem: why === 'is no JSON' ? `it ${why}` : `its JSON ${why}` };
}

function withoutMinusZero(value: Json): Json {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (!isJsonObject(value)) return value;
  // Not by assignment: a member __proto__ is one like others.
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutMinusZero(member)]));
}

/** What names were found to mean, and every one of them that cannot be told. */
export interface AnswerValues {
  values: Record<string, Json>;
  problems: string[];
}

/**
 * The one text, number or truth at each path.
 *
 * @param wanted name → JSONPath
 */
export async function answerValues(document: Json, wanted: Readonly<Record<string, string>>): Promise<AnswerValues> {
  const values: [name: string, value: Json][] = [];
  const problems: string[] = [];
  for (const [name, path] of Object.entries(wanted)) {
    // One path may take long; heartbeats go on between two of them.
    await setImmediate();
    const nodes = asStep(() => nodesAt(document, path));
    const [first] = nodes;
    if (nodes.length !== 1) {
      problems.push(
        `${name} (${path}) has ${nodes.length === 0 ? 'nothing there' : `${nodes.length} values, not one`}`,
      );
    } else if (typeof first === 'string' || typeof first === 'number' || typeof first === 'boolean') {
      values.push([name, first]);
    } else problems.push(`${name} (${path}) is no single value`);
  }
  return { values: Object.fromEntries(values), problems };
}
