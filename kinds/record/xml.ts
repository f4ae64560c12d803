import { SaxesParser } from 'saxes';

/** An element of a document. */
export interface Element {
  /** Without the prefix of its namespace, in lower case. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  /** What stands in it so far and in no element within, of which the beginning is kept. */
  text: string;
}

/** How much of a text is kept, in UTF-16 units. */
const LONGEST_TEXT = 65_536;

/** Deepest nesting that is read. */
const DEEPEST = 1000;

/**
 * Walks through a document that is strictly XML, as its pieces come.
 *
 * @param roots how its root may be called
 * @param visit is given each element when it begins and when it ends, and those around it, the outermost first; it throws
 *   an Error, as `push` and `end` do for what is no XML or has another root
 */
export function xmlWalker(
  roots: readonly string[],
  visit: (element: Element, around: readonly Element[], part: 'begin' | 'end') => void,
): { push(text: string): void; end(): void } {
  const parser = new SaxesParser();
  const open: Element[] = [];
  parser.on('opentag', ({ name: said, attributes }) => {
    const name = said.slice(said.indexOf(':') + 1).toLowerCase();
    if (open.length === 0 && !roots.includes(name)) throw new Error(`its root is ${name}, not ${roots.join(' or ')}`);
    if (open.length === DEEPEST) throw new Error(`it is nested deeper than ${DEEPEST}`);
    const element = { name, attributes, text: '' };
    visit(element, open, 'begin');
    open.push(element);
  });
  const keep = (text: string): void => {
    const element = open.at(-1);
    if (element && element.text.length < LONGEST_TEXT) element.text += text.slice(0, LONGEST_TEXT);
  };
  parser.on('text', keep);
  parser.on('cdata', keep);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element) visit(element, open, 'end');
  });
  return {
    push: (text) => {
      parser.write(text);
    },
    end: () => {
      parser.close();
    },
  };
}

/** @param needed what must be there; without it, nothing is none */
export function wholeNumber(text: string | undefined, needed?: string): number {
  if (text === undefined && needed === undefined) return 0;
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new Error(`${needed ?? 'a count'} is ${JSON.stringify(text ?? 'missing')}, which is no number`);
  }
  return Number(text);
}
