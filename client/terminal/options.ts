import { CliError } from '../errors.js';

/**
 * Collects `--input name=value`.
 * @throws CliError (exit 2) when it has no name or no `=`
 */
export function collectInput(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at)).trim();
  if (at < 1 || name === '') {
    throw new CliError(`'${text.slice(0, 80)}' is no input.`, {
      exitCode: 2,
      hint: 'Write --input name=value, e.g. --input apiUrl=http://127.0.0.1:8000',
    });
  }
  return { ...before, [name]: text.slice(at + 1) };
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
