import { cell } from '../../model/state/board.js';

/** A table in Markdown; cells are escaped. */
export function mdTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header.map(cell)), line(header.map(() => '---')), ...rows.map((row) => line(row.map(cell)))].join('\n');
}

/** Paragraphs of a page, without empty ones. */
export function mdPage(parts: readonly (string | undefined)[]): string {
  return `${parts.filter((part) => part !== undefined && part !== '').join('\n\n')}\n`;
}
