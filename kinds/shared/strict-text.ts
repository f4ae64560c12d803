import { StepError } from '../../activities/step/step-error.js';

const MARKS: readonly [string, readonly number[]][] = [
  ['UTF-32', [0xff, 0xfe, 0, 0]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
];

/**
 * A file's bytes as the text that they are, byte for byte: encoded again they are the same, a mark at the beginning
 * included. For files that are changed in a part and stay as they are in the rest.
 *
 * @param what names the file in the refusal
 * @throws StepError BAD_INPUT for what is not UTF-8
 */
export function strictText(bytes: Uint8Array, what: string): string {
  const marked = MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte));
  const zero = bytes.indexOf(0);
  const wrong = marked ? `it is ${marked[0]}` : zero >= 0 ? `byte ${zero + 1} is 0` : undefined;
  if (wrong === undefined) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // Said below.
    }
  }
  throw new StepError(
    'BAD_INPUT',
    `${what} is not UTF-8 text: ${wrong ?? `byte ${firstWrong(bytes)} is none of it`}.`,
    {
      hint: 'Save it as UTF-8; it was left as it is.',
    },
  );
}

/** Number, from 1, of the first byte that UTF-8 cannot have there. */
function firstWrong(bytes: Uint8Array): number {
  const shown = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  const at = bytes.findIndex((byte, index) => byte !== shown[index]);
  return (at < 0 ? bytes.length : at) + 1;
}
