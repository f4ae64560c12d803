/** Patterns that held programs for minutes to ever, by public reports, and some that are hard for an automaton. */
export const HOSTILE = [
  // Textbook, and OWASP's page on ReDoS.
  '^(a+)+$',
  '^(a|aa)+$',
  '^(a|a?)+$',
  '^([a-zA-Z]+)*$',
  '^(.*a){20}$',
  '(x+x+)+y',
  '(.*)*x$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$',
  '^(?:a?){50}a{50}$',
  // The outages of Stack Overflow (2016) and Cloudflare (2019).
  '^[\\s\\u200c]+|[\\s\\u200c]+$',
  '(?:(?:"|\'|\\]|\\}|\\\\|\\d|(?:nan|infinity|true|false|null)|`|-|\\+)+[)]*;?((?:\\s|-|~|!|\\{\\}|\\|\\||\\+)*.*(?:.*=.*)))',
  // Copied around: a URL, words, numbers with blanks, quoted texts, HTML comments, versions.
  '^(https?:\\/\\/)?([\\da-z\\.-]+)\\.([a-z\\.]{2,6})([\\/\\w \\.-]*)*\\/?$',
  '(\\w+\\s*)+:$',
  '\\d+(?:\\s*\\d+)*\\s*;$',
  '^"(?:[^"\\\\]+|\\\\.)*"$',
  '<!--(?:.|\\s)*-->',
  '^v?(\\d+)*(\\.(\\d+)*)*-(\\w+)*$',
  // Hard for an automaton: it has a state for each way to have begun.
  '(a|b)*a(a|b){16}$',
  '[ab]*a[ab]{480}$',
  '(?:[ab]{1,30}[cd]?){8}e$',
  '[a-m].{14}[n-z]$',
  // Refused: no engine has them in linear time.
  '(a+)+\\1$',
  '^(?=(a+)+$)',
] as const;

/** A text without a rhythm, the same each time. */
function noise(alphabet: string, length: number): string {
  let seed = 7;
  return Array.from({ length }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return alphabet[Math.floor(seed / 65_536) % alphabet.length];
  }).join('');
}

/** Texts of a length on which they go wrong. */
export function hostileTexts(length: number): string[] {
  return [
    `${'a'.repeat(length - 1)}!`,
    `${' '.repeat(length - 1)}x`,
    `${'1 '.repeat(length / 2)}!`,
    `"${'\\"'.repeat(length / 2)}`,
    noise('ab', length),
    noise('abcdefghijklmnopqrstuvwxyz0123456789 .:-', length),
  ];
}
