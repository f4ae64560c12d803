import { ReadingError } from '../shared/reading.js';

/** The formats of files that figures are read from. */
export const FORMATS = ['json', 'jsonl', 'csv', 'prometheus', 'junit', 'cobertura', 'lcov'] as const;
export type Format = (typeof FORMATS)[number];

const BY_SUFFIX: Readonly<Record<string, Format>> = {
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  csv: 'csv',
  prom: 'prometheus',
  lcov: 'lcov',
};

/** The format that a file's suffix says. @throws ReadingError BAD_INPUT */
export function formatOf(path: string): Format {
  const suffix = /[^/]\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  const format = Object.hasOwn(BY_SUFFIX, suffix) ? BY_SUFFIX[suffix] : undefined;
  if (format !== undefined) return format;
  throw new ReadingError(
    'BAD_INPUT',
    `The format of ${path} is not known by its suffix; say format: ${FORMATS.join(', ').replace(/, (?=\w+$)/, ' or ')}.`,
  );
}
