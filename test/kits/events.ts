import type { EventDraft } from '../../model/evidence/events.js';

/** An event for a test that looks at the log alone, known by its title. */
export function eventOf(title: string): EventDraft {
  return { type: 'notice.failed', title, code: 'CONNECTION_FAILED', reason: 'nobody listens' };
}

/** The event that ends a log. */
export const SEAL: EventDraft = { type: 'sealed', files: 0, digest: '', verdict: 'none' };

/** What tells the events of a log apart: the title of one from `eventOf`, else the type. */
export function nameOf(line: string): string {
  const { type, title } = JSON.parse(line) as { type: string; title?: string };
  return title ?? type;
}
