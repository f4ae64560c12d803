import { readFileSync } from 'node:fs';

/** One fenced block of a Markdown page: its language, the `file=` it names, and its text. */
export interface DocBlock {
  language: string;
  file?: string;
  text: string;
}

/** The fenced blocks of a page below the repository, in order. */
export function blocksOf(page: string): DocBlock[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```(\w*)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', file, body = '']) => ({
      language,
      ...(file ? { file } : {}),
      text: body,
    }),
  );
}
