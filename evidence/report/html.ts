import { html, raw } from 'hono/html';
import type { StepFailure } from '../../model/failure.js';
import type { Verdict } from '../../model/verdict.js';
import { SIGNS } from '../../model/state/signs.js';
import { VERDICT_WORDS } from './words.js';

export { html, raw };
/** A piece of the page; everything put into the template is escaped unless it is such a piece. */
export type Html = ReturnType<typeof html>;

export const NOTHING: Html = html``;

/** A verdict as a sign, a word and a colour. */
export function chip(verdict: Verdict | 'pending'): Html {
  return html`<span class="chip fill-${verdict}">${SIGNS[verdict]} ${VERDICT_WORDS[verdict]}</span>`;
}

/** What a program said before its step failed, closed until somebody opens it. */
export function folded(failure: Pick<StepFailure, 'said'> | undefined): Html {
  if (failure?.said === undefined) return NOTHING;
  return html`<details class="said"><summary>what it said last</summary><pre>${failure.said}</pre></details>`;
}

/** Where the playbook answers what failed. */
export function pointer(entry: string | undefined): Html {
  if (entry === undefined) return NOTHING;
  return html`<br><span class="small">→ playbook: <b>${entry}</b>, <code>golive playbook show ${entry}</code></span>`;
}

/** A column: its title in words, and what it holds; figures stand right, short words are never broken. */
export interface Column {
  title: string;
  of?: 'figures' | 'words' | 'small';
}

type Cell = Html | Html[] | string;

const CLASSES = { figures: 'num', words: 'nowrap', small: 'small' };

/** A table that holds at any width: on a narrow screen each row is a card, in which each cell says its column's title. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Html {
  const head = columns.map(({ title, of }) => html`<th${raw(of === 'figures' ? ' class="num"' : '')}>${title}</th>`);
  const body = rows.map(
    (cells) => html`<tr>${cells.map((cell, at) => html`<td${attributes(columns[at])}>${cell}</td>`)}</tr>`,
  );
  return html`<div class="scroll"><table class="cards"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function attributes(column: Column | undefined): Html {
  const { title = '', of } = column ?? {};
  return html`${raw(of ? ` class="${CLASSES[of]}"` : '')}${title === '' ? NOTHING : html` data-title="${title}"`}`;
}

/** A section with its heading, or nothing when it has no content. */
export function section(title: string, content: Html | undefined): Html {
  return content === undefined ? NOTHING : html`<section><h2>${title}</h2>${content}</section>\n`;
}

/**
 * Takes control, format and bidirectional characters out of a finished page: no text from outside may hide or turn
 * around what stands beside it.
 */
export function withoutTricks(page: string): string {
  return page.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, (character) => (character === '\n' ? '\n' : ''));
}
