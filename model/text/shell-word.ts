/** A text as one word of a POSIX shell command line, on one line: whoever copies it runs nothing else. */
export function shellWord(text: string): string {
  const flat = text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
  return /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(flat) ? flat : `'${flat.replaceAll("'", `'\\''`)}'`;
}
