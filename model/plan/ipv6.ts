/** Words of 16 bits that an address has. */
const WORDS = 8;

/**
 * An IPv6 address in its one form, as the URL parser writes it (WHATWG URL, RFC 5952): lower case, no leading zeros, the
 * first of the longest runs of zeros as `::`, an IPv4 end as two words.
 *
 * @param text without brackets
 * @returns undefined where it is none
 */
export function ipv6(text: string): string | undefined {
  const words = wordsOf(withoutIpv4(text));
  if (words === undefined) return undefined;
  const { from, length } = longestZeros(words);
  const hex = (part: readonly number[]): string => part.map((word) => word.toString(16)).join(':');
  return length < 2 ? hex(words) : `${hex(words.slice(0, from))}::${hex(words.slice(from + length))}`;
}

/** With an IPv4 address at the end as two words; anything else stays, and is no word then. */
function withoutIpv4(text: string): string {
  const [, head, ...bytes] = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text) ?? [];
  if (head === undefined || bytes.some((byte) => Number(byte) > 255 || /^0\d/.test(byte))) return text;
  const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
  return `${head}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function wordsOf(text: string): number[] | undefined {
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], tail] = halves;
  if (halves.length > 2 || halves.flat().some((word) => !/^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  const zeros = WORDS - head.length - (tail?.length ?? 0);
  if (tail === undefined ? zeros !== 0 : zeros < 1) return undefined;
  const value = (word: string): number => Number.parseInt(word, 16);
  return [...head.map(value), ...Array<number>(zeros).fill(0), ...(tail ?? []).map(value)];
}

function longestZeros(words: readonly number[]): { from: number; length: number } {
  let longest = { from: 0, length: 0 };
  for (let from = 0; from < words.length; from += 1) {
    let length = 0;
    while (words[from + length] === 0) length += 1;
    if (length > longest.length) longest = { from, length };
  }
  return longest;
}
