/** Secrets that trip up redaction: characters of regular expressions, of encodings, of several lines and scripts. */
export const CANARIES: readonly string[] = [
  'canary-plain-7f3a91',
  'canary+++plus',
  'canary.*[a-z]+(x|y)?^$',
  'canary\\d\\w\\s\\',
  'canary$1$&$$',
  "canary'single'quote",
  'canary"double"quote',
  'canary`back`tick',
  'canary with blanks  two',
  'canary\ttab',
  'canary/slash/and\\back',
  'canary%20%percent%',
  'canary&amp;<b>html</b>',
  'canary{{template}}${{cel}}',
  'canary=equals==',
  'canary?query=1&b=2#frag',
  'canary:colon@at:host',
  'canaryÜmläute-ß',
  'canary-漢字-かな',
  'canary-🔑-emoji-👩‍👩‍👧',
  'canary-AKIAIOSFODNN7EXAMPLE',
  'ghp_canary0123456789abcdefghijklmnopqrstuv',
  'xoxb-canary-123456789012-abcdefghijkl',
  '123456789:canaryAAEXAMPLEtelegramtoken-xyz',
  'eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOjF9.c2lnbmF0dXJl',
  '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIcanary0123456789abcdefghijklmnopqrs\n-----END PRIVATE KEY-----',
  'canary-longer-than-a-chunk-'.repeat(20),
];

/** How a secret may turn up, by name. */
export function spellingsOf(secret: string): [name: string, spelling: string][] {
  const bytes = Buffer.from(secret);
  return [
    ['plain', secret],
    ['base64', bytes.toString('base64').replace(/=+$/, '')],
    ['base64url', bytes.toString('base64url')],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ['url', encodeURIComponent(secret)],
    ['form', new URLSearchParams({ v: secret }).toString().slice(2)],
    ['json', JSON.stringify(secret).slice(1, -1)],
  ];
}
