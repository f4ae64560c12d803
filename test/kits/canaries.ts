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

const wrapped = (text: string, width: number, end = '\n'): string =>
  (text.match(new RegExp(`.{1,${width}}`, 'gs')) ?? []).join(end);
const unicode = (one: string): string =>
  [...Array(one.length).keys()].map((at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
const bytesOf = (secret: string, write: (byte: string) => string): string =>
  [...Buffer.from(secret)].map((byte) => write(byte.toString(16).padStart(2, '0'))).join('');

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** How a secret may turn up, by name. */
export function spellingsOf(secret: string): [name: string, spelling: string][] {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = bytes.toString('hex');
  return [
    ['plain', secret],
    ['base64', bytes.toString('base64').replace(/=+$/, '')],
    ['base64url', bytes.toString('base64url')],
    ['base64 in longer data', Buffer.from(`x${secret}y`).toString('base64')],
    ['base64 in lines', wrapped(bytes.toString('base64'), 16).replace(/=+$/, '')],
    ['base64 in lines of Windows', wrapped(bytes.toString('base64'), 20, '\r\n  ').replace(/=+$/, '')],
    ['base64 in a URL', encodeURIComponent(bytes.toString('base64').replace(/=+$/, ''))],
    ['base64 in base64', base64(`{"auth":"${base64(`user:${secret}`)}"}`)],
    ['base64 of UTF-16', Buffer.from(`-p ${secret}`, 'utf16le').toString('base64')],
    ['base64 of JSON', base64(`{"password":"${json}"}`)],
    ['base64 of a URL', base64(`q=${encodeURIComponent(secret)}`)],
    ['hex of UTF-16', Buffer.from(secret, 'utf16le').toString('hex')],
    ['hex of JSON', Buffer.from(json).toString('hex')],
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
    ['hex in lines', wrapped(hex, 30)],
    ['hex with colons', wrapped(hex, 2, ':')],
    ['hex with blanks', wrapped(hex, 2, ' ')],
    ['hex as C', bytesOf(secret, (byte) => `0x${byte}, `).slice(0, -2)],
    ['bytes as Python', bytesOf(secret, (byte) => `\\x${byte}`)],
    ['url', encodeURIComponent(secret)],
    ['url in lower case', encodeURIComponent(secret).replace(/%../g, (one) => one.toLowerCase())],
    ['url, each byte', bytesOf(secret, (byte) => `%${byte.toUpperCase()}`)],
    ['url, slashes kept', encodeURIComponent(secret).replaceAll('%2F', '/')],
    ['url twice', encodeURIComponent(encodeURIComponent(secret))],
    ['form', new URLSearchParams({ v: secret }).toString().slice(2)],
    ['json', json],
    ['json with slashes', json.replaceAll('/', '\\/')],
    ['json of html', json.replace(/[<>&']/g, unicode)],
    ['json in ascii', json.replace(/[^ -~]/gu, unicode)],
    ['json, each letter', unicode(secret)],
    ['json in json', JSON.stringify(json).slice(1, -1)],
    ['json in a url', encodeURIComponent(json)],
    [
      'xml',
      secret.replace(/[&<>"']/g, (one) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }[one]};`),
    ],
    ['xml in numbers', [...secret].map((one) => `&#${one.codePointAt(0)};`).join('')],
    ['xml in hex', [...secret].map((one) => `&#x${one.codePointAt(0)?.toString(16)};`).join('')],
    ['shell', secret.replaceAll("'", `'\\''`)],
    ['shell in double quotes', secret.replace(/["$`\\]/g, (one) => `\\${one}`)],
    ['shell word', secret.replace(/[^A-Za-z0-9_\n]/gu, (one) => `\\${one}`)],
    ['csv', secret.replaceAll('"', '""')],
  ];
}
