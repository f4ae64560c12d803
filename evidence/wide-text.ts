/** UTF-16 and UTF-32 of either order: letters with zeros between each and the next. */
const WIDE = /(?:[^\0]\0{1,3}){8,}(?:[^\0](?![^\0]))?/g;

/** Where a text is wide. */
export function wideIn(text: string): RegExpExecArray[] {
  return text.includes('\0') ? [...text.matchAll(WIDE)] : [];
}

/** A text as it is read, to be looked through once: what is wide in it without its zeros, and apart from its neighbours. */
export function withoutZeros(text: string, runs: readonly RegExpExecArray[]): { narrow: string; places: number[] } {
  const places: number[] = [];
  let narrow = '';
  const add = (part: string, at: number): void => {
    narrow += part;
    for (let index = 0; index < part.length; index += 1) places.push(at + index);
  };
  let done = 0;
  for (const { 0: wide, index } of runs) {
    add(`${text.slice(done, index)}\n`, done);
    for (let at = 0; at < wide.length; at += 1) if (wide[at] !== '\0') add(wide.charAt(at), index + at);
    done = index + wide.length;
    add('\n', done - 1);
  }
  add(text.slice(done), done);
  return { narrow, places };
}
