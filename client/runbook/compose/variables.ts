/** A text of Compose with its variables filled in. */
export interface Filled {
  text: string;
  /** Variables that it read. */
  read: string[];
  /** Those of them that have neither a value nor a default: what the text is nobody knows. */
  unset: string[];
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;

/**
 * Fills in the variables of a text as Compose does: `$VAR`, `${VAR}`, and of `${VAR:-x}`, `${VAR:+x}` and `${VAR:?x}` both
 * forms, one within another; `$$` is a dollar sign.
 *
 * @param values of the file of variables beside it; the environment of a shell is not asked
 */
export function filled(text: string, values: ReadonlyMap<string, string>): Filled {
  const read: string[] = [];
  const unset: string[] = [];
  const fill = (part: string): string => {
    let out = '';
    for (let at = 0; at < part.length; ) {
      const rest = part.slice(at + 1);
      const bare = NAME.exec(rest)?.[0];
      if (part[at] !== '$') out += part[at++];
      else if (rest.startsWith('$')) [out, at] = [`${out}$`, at + 2];
      else if (bare !== undefined) [out, at] = [out + valueOf(bare, ''), at + 1 + bare.length];
      else if (rest.startsWith('{') && endOf(part, at + 2) > 0) {
        const end = endOf(part, at + 2);
        const name = NAME.exec(part.slice(at + 2, end))?.[0] ?? '';
        out += valueOf(name, part.slice(at + 2 + name.length, end));
        at = end + 1;
      } else out += part[at++];
    }
    return out;
  };
  const valueOf = (name: string, how: string): string => {
    const value = values.get(name);
    const [, colon = '', sign = '', word = ''] = /^(:?)([-+?])([\s\S]*)$/.exec(how) ?? [];
    const there = value !== undefined && (colon === '' || value !== '');
    read.push(name);
    if (sign === '+') return there ? fill(word) : '';
    if (there) return value;
    if (sign === '-') return fill(word);
    unset.push(name);
    return '';
  };
  return { text: fill(text), read, unset };
}

/** Where the brace closes that was opened before a place; -1 where none does. */
function endOf(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

/** What a `.env` says, as far as it says it plainly: a value that names other variables is not known. */
export function variablesIn(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const [, name, raw = ''] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) continue;
    const quoted = /^(["'])(.*?)\1(?:\s+#.*)?$/.exec(raw);
    const value = quoted ? (quoted[2] ?? '') : raw.replace(/\s+#.*$/, '');
    values.delete(name);
    if (!value.includes('$') || quoted?.[1] === "'") values.set(name, value);
  }
  return values;
}
