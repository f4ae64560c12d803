import type { InputDocument } from '../rules/types.js';

export interface CaseBody {
  caseId: string;
  documents: InputDocument[];
}

const MOST_DOCUMENTS = 50;
const LONGEST_TEXT = 200_000;

/** Checks a request's body. @returns the case, or a list of what is wrong with it. */
export function parseBody(body: unknown): { ok: true; value: CaseBody } | { ok: false; errors: string[] } {
  const errors: string[] = [];
  if (!isRecord(body)) return { ok: false, errors: ['the body must be a JSON object'] };
  const caseId = body.case_id;
  if (typeof caseId !== 'string' || caseId === '' || caseId.length > 200)
    errors.push('case_id: a text of 1 to 200 characters');
  if (body.options !== undefined && !isRecord(body.options)) errors.push('options: an object');
  const list = body.documents;
  const documents: InputDocument[] = [];
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_DOCUMENTS) {
    errors.push(`documents: a list of 1 to ${MOST_DOCUMENTS}`);
  } else {
    for (const [index, one] of list.entries()) {
      const read = document(one);
      if (read) documents.push(read);
      else
        errors.push(`documents[${index}]: needs name and text (at most ${LONGEST_TEXT} characters), type is optional`);
    }
  }
  return errors.length > 0 || typeof caseId !== 'string'
    ? { ok: false, errors }
    : { ok: true, value: { caseId, documents } };
}

function document(one: unknown): InputDocument | undefined {
  if (!isRecord(one) || typeof one.name !== 'string' || one.name === '' || typeof one.text !== 'string')
    return undefined;
  if (one.text.length > LONGEST_TEXT || (one.type !== undefined && typeof one.type !== 'string')) return undefined;
  return { name: one.name.slice(0, 200), type: one.type, text: one.text };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
