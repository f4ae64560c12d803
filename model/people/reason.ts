/** Where a part of a reason ends: at a line's end, or at a semicolon. */
const ENDS = /[;\n]/;

/**
 * What each part of a reason says, of `fix=…; by=…; reference=…`: in any order, the names in any case, a semicolon or a new
 * line between them. What names no part belongs to the part before it, so a text may hold semicolons.
 *
 * @returns the text of each named part that says something
 */
export function reasonParts(reason: string, names: readonly string[]): Record<string, string> {
  const said = new Map<string, string[]>();
  let at: string[] | undefined;
  for (const piece of reason.split(ENDS)) {
    const [, name = '', rest = ''] = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*=(.*)$/s.exec(piece) ?? [];
    const named = names.find((one) => one === name.toLowerCase());
    if (named === undefined) at?.push(piece);
    else said.set(named, (at = [...(said.get(named) ?? []), rest]));
  }
  const texts = [...said].map(([name, pieces]) => [
    name,
    pieces
      .filter((one) => one.trim() !== '')
      .join(';')
      .trim(),
  ]);
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

/** The parts that a reason must have and does not. */
export function missingParts(reason: string, names: readonly string[]): string[] {
  const said = reasonParts(reason, names);
  return names.filter((name) => !Object.hasOwn(said, name));
}

/** A reason as it is written, from the text of each part. */
export function reasonOf(names: readonly string[], text: (name: string) => string): string {
  return names.map((name) => `${name}=${text(name)}`).join('; ');
}

/** How a reason of such parts is given: `fix=…; by=…; reference=…`. */
export function reasonForm(names: readonly string[]): string {
  return reasonOf(names, () => '…');
}
