import { parseDocument } from 'yaml';
import { z } from 'zod';
import { formatDuration, parseDuration } from '../../duration.js';
import { type Json, parseJson } from '../../json.js';
import { DURATION_PATTERN } from '../../duration.js';
import { pattern } from '../../text/pattern.js';

export const INPUT_TYPES = [
  'string',
  'url',
  'integer',
  'number',
  'boolean',
  'duration',
  'path',
  'paths',
  'json',
] as const;

/** Longest value of the type `json`, in characters of JSON. */
const MOST_JSON = 16_000;
/** The same with the blanks of how it is written. */
const MOST_WRITTEN = 4 * MOST_JSON;
const DEEPEST_JSON = 32;
/** NUL, bidirectional controls, half characters; see `yaml/source.ts`. */
const UNSEEN = /[\0\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\p{Surrogate}]/u;
const LONGEST_TEXT = 2000;

const limit = z.union([z.number(), z.string().max(40).regex(DURATION_PATTERN, 'a number, or a duration like 2.5s')]);

/** One declared input of a runbook. */
export const inputSchema = z.strictObject({
  type: z.enum(INPUT_TYPES),
  default: z
    .json()
    .refine((value) => JSON.stringify(value).length <= MOST_JSON, 'too long')
    .optional()
    .describe('A text, a number or a boolean; of the type `paths` a list, of `json` any value.'),
  min: limit.optional().describe('Least value, least length of a text, or fewest paths.'),
  max: limit.optional().describe('Greatest value, greatest length of a text, or most paths.'),
  liveMin: limit.optional().describe('Least value in live mode; a lower one is refused at start.'),
  pattern: z.string().max(200).optional().describe('Regular expression that a text must match as a whole.'),
  choices: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(100)
    .optional()
    .describe('What a text may be; a list holds at least one of them, each once, and nothing else.'),
  about: z.string().max(500).optional(),
});
export type InputSpec = z.infer<typeof inputSchema>;

export type InputResult = { ok: true; value: Json } | { ok: false; message: string };

const refuse = (message: string): InputResult => ({ ok: false, message });

function limitMs(value: number | string): number {
  return typeof value === 'number' ? value : (parseDuration(value) ?? Number.NaN);
}

function number(spec: InputSpec, raw: Json): InputResult {
  const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  if (typeof value !== 'number' || !Number.isFinite(value)) return refuse(`is not a number: ${JSON.stringify(raw)}`);
  if (spec.type === 'integer' && !Number.isSafeInteger(value)) return refuse(`is not a whole number: ${value}`);
  return { ok: true, value };
}

/** A list, as YAML has it or as JSON on the command line; one path alone is a list of one. */
function paths(spec: InputSpec, raw: Json): InputResult {
  const list = typeof raw === 'string' && raw.startsWith('[') ? listIn(raw) : typeof raw === 'string' ? [raw] : raw;
  if (!Array.isArray(list)) return refuse(`is no list of paths: ${JSON.stringify(raw)}`);
  if (list.length > 50) return refuse(`has ${list.length} paths, and 50 are the most`);
  const value: Json[] = [];
  for (const [index, item] of list.entries()) {
    const one = typed({ ...spec, type: 'path' }, item);
    if (!one.ok) return refuse(`: its path ${index + 1} ${one.message}`);
    value.push(one.value);
  }
  return { ok: true, value };
}

function listIn(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

function typed(spec: InputSpec, raw: Json): InputResult {
  switch (spec.type) {
    case 'integer':
    case 'number':
      return number(spec, raw);
    case 'boolean':
      if (raw === true || raw === 'true') return { ok: true, value: true };
      if (raw === false || raw === 'false') return { ok: true, value: false };
      return refuse(`is neither true nor false: ${JSON.stringify(raw)}`);
    case 'duration': {
      const ms = typeof raw === 'number' ? raw : typeof raw === 'string' ? parseDuration(raw) : undefined;
      if (ms === undefined || !(ms >= 0))
        return refuse(`is no duration such as 500ms, 3s or 1h30m: ${JSON.stringify(raw)}`);
      return { ok: true, value: ms };
    }
    case 'paths':
      return paths(spec, raw);
    case 'json':
      return anyJson(raw);
    default: {
      if (typeof raw !== 'string') return refuse(`is not a text: ${JSON.stringify(raw)}`);
      if (raw.length > LONGEST_TEXT) return refuse(`is longer than ${LONGEST_TEXT} characters`);
      if (/[\p{Cc}\p{Cf}]/u.test(raw)) return refuse('holds control characters');
      if (spec.type === 'path' && raw === '') return refuse('is empty');
      if (spec.type === 'url' && !z.url().safeParse(raw).success) return refuse(`is no URL: ${JSON.stringify(raw)}`);
      return { ok: true, value: raw };
    }
  }
}

/** A list or a map: from the command line as JSON, from a file as it is; a text that begins neither is the text itself. */
function anyJson(raw: Json): InputResult {
  const written = typeof raw === 'string' && /^\s*[[{]/.test(raw);
  let value = raw;
  if (written) {
    if (raw.length > MOST_WRITTEN) return refuse(`has ${raw.length} characters; ${MOST_WRITTEN} are taken`);
    try {
      value = parseJson(raw);
    } catch (error) {
      return refuse(`begins like JSON and is none: ${error instanceof Error ? error.message : ''}`);
    }
  }
  const problem = jsonProblem(value) ?? (written ? twiceIn(raw) : undefined);
  if (problem !== undefined) return refuse(problem);
  const { length } = JSON.stringify(value);
  return length > MOST_JSON ? refuse(`has ${length} characters of JSON; ${MOST_JSON} are taken`) : { ok: true, value };
}

/** Why a value is not one to rely on: a number that is not the one that was written, nesting, characters that nobody sees. */
function jsonProblem(value: Json): string | undefined {
  const open: [value: Json, depth: number][] = [[value, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [one, depth] = next;
    if (typeof one === 'number' && (!Number.isFinite(one) || Math.abs(one) > Number.MAX_SAFE_INTEGER))
      return `holds ${one}, which is larger than a number is exact to: quote it`;
    if (typeof one === 'string' && UNSEEN.test(one)) return 'holds characters that nobody sees';
    if (typeof one !== 'object' || one === null) continue;
    if (depth >= DEEPEST_JSON) return `is nested deeper than ${DEEPEST_JSON}`;
    for (const [name, inner] of Object.entries(one)) {
      if (name === '__proto__') return "holds the name '__proto__', which cannot be used";
      if (!Array.isArray(one)) open.push([name, depth]);
      open.push([inner, depth + 1]);
    }
  }
  return undefined;
}

/** A name that stands twice in one map of a JSON text, of which a reader would leave one out. JSON is YAML. */
function twiceIn(text: string): string | undefined {
  const { errors } = parseDocument(text, { version: '1.2', uniqueKeys: true, prettyErrors: false });
  return errors.some(({ code }) => code === 'DUPLICATE_KEY') ? 'has a name twice in one map' : undefined;
}

/** Text of an input's value in its own unit, for sentences: 2500 of a duration is `2.5s`. */
export function showInput(spec: InputSpec, value: Json): string {
  return spec.type === 'duration' && typeof value === 'number'
    ? formatDuration(value)
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
}

function measureOf(value: Json): number | undefined {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return typeof value === 'number' ? value : undefined;
}

function measuredAs(spec: InputSpec, value: Json): string {
  if (Array.isArray(value)) return `has ${value.length} ${value.length === 1 ? 'path' : 'paths'}`;
  return typeof value === 'string' ? `has ${value.length} characters` : `is ${showInput(spec, value)}`;
}

/** What of a value does not match: of a list each item must. A number or truth has its own limits. */
function patternMiss(source: string, value: Json): Json | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return undefined;
  const one = pattern(source, { whole: true });
  const list = Array.isArray(value) ? value : [value];
  return list.find((item) => typeof item !== 'string' || !one.test(item));
}

/** Why a value is none of those that it may be. */
function choiceProblem(choices: readonly string[], value: Json): string | undefined {
  const list = Array.isArray(value) ? value : [value];
  const all = choices.join(', ');
  if (list.length === 0) return `names nothing: it names at least one of ${all}`;
  const wrong = list.find((one) => typeof one !== 'string' || !choices.includes(one));
  if (wrong !== undefined) return `names ${JSON.stringify(wrong)}, which is none of ${all}`;
  const twice = list.find((one, at) => list.indexOf(one) !== at);
  return twice === undefined ? undefined : `names ${JSON.stringify(twice)} twice`;
}

/**
 * Reads one input: type, limits, pattern, choices, and in live mode `liveMin`.
 *
 * @param raw from the command line (text) or a file (typed)
 * @returns the value (durations in ms), or a message that follows the input's name
 */
export function parseInput(spec: InputSpec, raw: Json, live: boolean): InputResult {
  const result = typed(spec, raw);
  if (!result.ok) return result;
  const { value } = result;
  const measure = measureOf(value);
  const what = measuredAs(spec, value);
  if (measure !== undefined) {
    if (spec.min !== undefined && measure < limitMs(spec.min)) return refuse(`${what}, but the least is ${spec.min}`);
    if (spec.max !== undefined && measure > limitMs(spec.max)) return refuse(`${what}, but the most is ${spec.max}`);
    if (live && spec.liveMin !== undefined && measure < limitMs(spec.liveMin)) {
      return refuse(`${what}, but a live run needs at least ${spec.liveMin}`);
    }
  }
  const wrong = spec.pattern === undefined ? undefined : patternMiss(spec.pattern, value);
  if (wrong !== undefined) return refuse(`does not match ${spec.pattern}: ${JSON.stringify(wrong)}`);
  const unchosen = spec.choices === undefined ? undefined : choiceProblem(spec.choices, value);
  return unchosen === undefined ? result : refuse(unchosen);
}
