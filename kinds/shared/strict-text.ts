import { StepError } from '../../activities/step/step-error.js';
import { brokenAt, decoded } from './text.js';

const MARKS: readonly [string, readonly number[]][] = [
  ['UTF-32', [0xff, 0xfe, 0, 0]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
];

/**
 * A file's bytes as the text that they are, byte for byte: encoded again they are the same, a mark at the beginning
 * included. For files that are changed in a part and stay as they are in the rest; `textOf` reads what is only read.
 *
 * @param what names the file in the refusal
 * @throws StepError BAD_INPUT for what is not UTF-8
 */
export function strictText(bytes: Uint8Array, what: string): string {
  const marked = MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte));
  const zero = bytes.indexOf(0);
  const wrong = marked ? `it is ${marked[0]}` : zero >= 0 ? `byte ${zero + 1} is 0` : undefined;
  const text = wrong === undefined ? decoded(bytes, 'utf-8') : undefined;
  if (text !== undefined) return text;
  throw new StepError(
    'BAD_INPUT',
    `${what} is not UTF-8 text: ${wrong ?? `byte ${brokenAt(bytes, 'utf-8') + 1} is none of it`}.`,
    {
      hint: 'Save it as UTF-8; it was left as it is.',
    },
  );
}
