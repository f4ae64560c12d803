import { type Json, type JsonObject, parseJson } from '../../model/json.js';
import { CliError } from '../errors.js';

/**
 * Collects `--input name=text` and `--input name:=JSON`: a number, a truth, `null` or a text in quotes.
 * @throws CliError (exit 2) when it has no name or no `=`, or what stands behind `:=` is none of these
 */
export function collectInput(text: string, before: JsonObject): JsonObject {
  const at = text.indexOf('=');
  const typed = text[at - 1] === ':';
  const name = text.slice(0, Math.max(0, typed ? at - 1 : at)).trim();
  if (name === '') {
    throw new CliError(`'${text.slice(0, 80)}' is no input.`, {
      exitCode: 2,
      hint: 'Write --input name=value, e.g. --input apiUrl=http://127.0.0.1:8000',
    });
  }
  const given = text.slice(at + 1);
  return { ...before, [name]: typed ? scalarIn(given, name) : given };
}

function scalarIn(text: string, name: string): Json {
  let value: Json | undefined;
  try {
    value = parseJson(text);
  } catch {
    // Said below.
  }
  if (value !== undefined && (value === null || typeof value !== 'object')) return value;
  throw new CliError(
    `'${text.slice(0, 80)}' of the input '${name.slice(0, 60)}' is no number, truth, null or text of JSON.`,
    {
      exitCode: 2,
      hint: `Behind := stands one of these, e.g. --input ${name}:=5. A text, a list or a map: --input ${name}=…`,
    },
  );
}

/** @throws CliError (exit 2) when it is not a number from 1 to 10000 */
export function parseTimeScale(text: string): number {
  const scale = Number(text);
  if (text.trim() !== '' && scale >= 1 && scale <= 10_000) return scale;
  throw new CliError(`'${text.slice(0, 40)}' is not a time scale.`, {
    exitCode: 2,
    hint: 'Give a number from 1 (real time) to 10000; 30 makes every wait a thirtieth.',
  });
}

/** A folder under lab/. @throws CliError (exit 2) */
export function parseLab(text: string): string {
  if (/^[a-z][a-z0-9-]{0,59}$/.test(text)) return text;
  throw new CliError(`'${text.slice(0, 80)}' cannot name a lab.`, {
    exitCode: 2,
    hint: 'Small letters, digits and dash, as a folder under lab/ is named.',
  });
}

/** @throws CliError (exit 2) when it is neither */
export function parseMode(text: string): 'rehearse' | 'live' {
  if (text === 'rehearse' || text === 'live') return text;
  throw new CliError(`'${text.slice(0, 40)}' is not a mode.`, { exitCode: 2, hint: 'It is rehearse or live.' });
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;

/** A target or change: it names workflows and folders. @throws CliError (exit 2) */
export function parseName(text: string): string {
  if (NAME.test(text)) return text;
  throw new CliError(`'${text.slice(0, 80)}' cannot name a target or change.`, {
    exitCode: 2,
    hint: 'Letters, digits, dot, dash and underscore, at most 60, beginning with a letter or digit.',
  });
}
