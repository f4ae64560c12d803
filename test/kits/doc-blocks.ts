import { readFileSync } from 'node:fs';

/** One fenced block of a Markdown page: its language, the `file=` it names, and its text. */
export interface DocBlock {
  language: string;
  file?: string;
  text: string;
}

/** Text of a page below the repository. */
export function pageText(page: string): string {
  return readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
}

/** The fenced blocks of a page below the repository, in order. */
export function blocksOf(page: string): DocBlock[] {
  return [...pageText(page).matchAll(/^```(\w*)(?: file=(\S+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', file, body = '']) => ({
      language,
      ...(file ? { file } : {}),
      text: body,
    }),
  );
}

/** A page without its fenced blocks: what is read as prose. */
export function proseOf(page: string): string {
  return pageText(page).replace(/^```[\s\S]*?^```$/gm, '');
}

/** One command of a page's `sh` blocks. */
export interface DocCommand {
  /** As printed, without the comment. */
  line: string;
  /** 0, unless the line ends with `# exit code N`. */
  exitCode: number;
}

/** The commands of a page's `sh` blocks, in order; lines that end with a backslash are one. */
export function commandsOf(page: string): DocCommand[] {
  return blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').trim().split('\n'))
    .map((printed) => {
      const [, line = printed, code] = /^(.*?)\s+# exit code (\d+)$/.exec(printed) ?? [];
      return { line, exitCode: Number(code ?? 0) };
    });
}
