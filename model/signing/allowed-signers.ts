import { BREAK_GLASS_NAMESPACE, NAMESPACE } from './signing.js';

/** One line of an allowed-signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface Signer {
  line: number;
  principals: string[];
  namespaces: string[];
  /** `YYYYMMDD[HHMM[SS]][Z]`, as written. */
  validAfter?: string;
  validBefore?: string;
  keyType: string;
  /** Base64 of the public key. */
  key: string;
}

export interface SignersProblem {
  line: number;
  message: string;
  hint: string;
}

/** A principal: one name, no pattern, so that a key speaks for one person only. */
export const PRINCIPAL = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/;
const TIMESTAMP = /^\d{8}(\d{4}(\d\d)?)?Z?$/;
const KEY_TYPE =
  /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;
const LONGEST = 16_384;
const HINT = `a line reads: ada@example.org namespaces="${NAMESPACE}" ssh-ed25519 AAAA…`;

/**
 * Reads an allowed-signers file more strictly than ssh-keygen does: each key for one principal, no patterns, no
 * certificate authorities, and the namespaces always named, so that no key may do more than somebody meant.
 */
export function readSigners(text: string): { signers: Signer[]; problems: SignersProblem[] } {
  const signers: Signer[] = [];
  const problems: SignersProblem[] = [];
  const problem = (line: number, message: string, hint = HINT) => problems.push({ line, message, hint });
  if (text.length > LONGEST) {
    problem(
      1,
      `The file has ${text.length} characters; at most ${LONGEST} are carried with a plan.`,
      'Keep it to the people of this project.',
    );
    return { signers, problems };
  }
  const owner = new Map<string, string>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const entry = raw.trim();
    if (entry === '' || entry.startsWith('#')) continue;
    const read = readLine(entry);
    if (typeof read === 'string') {
      problem(line, read);
      continue;
    }
    const [principal = ''] = read.principals;
    const before = owner.get(read.key);
    if (before !== undefined && before !== principal) {
      problem(line, `This key already belongs to ${before}.`, 'One key speaks for one person.');
      continue;
    }
    owner.set(read.key, principal);
    signers.push({ line, ...read });
  }
  return { signers, problems };
}

function readLine(entry: string): Omit<Signer, 'line'> | string {
  const tokens = splitOutsideQuotes(entry);
  const [names = '', ...rest] = tokens;
  const principals = names.split(',');
  const odd = principals.find((name) => !PRINCIPAL.test(name));
  if (odd !== undefined) return `'${odd.slice(0, 60)}' is no plain principal; patterns are not taken.`;
  if (principals.length !== 1) return 'The line names several principals; each person has lines of their own.';
  const typeAt = rest.findIndex((token) => KEY_TYPE.test(token));
  if (typeAt < 0) return 'The line names no key type that is known.';
  const options = new Map<string, string>();
  for (const option of rest.slice(0, typeAt).flatMap((token) => splitOutsideQuotes(token, ','))) {
    const [, name = '', value = ''] = /^([a-z-]+)(?:="?([^"]*)"?)?$/.exec(option) ?? [];
    if (!['namespaces', 'valid-after', 'valid-before'].includes(name)) {
      return `The option '${(name || option).slice(0, 60)}' is not taken here.`;
    }
    if (options.has(name)) return `The option '${name}' stands twice.`;
    options.set(name, value);
  }
  const namespaces = (options.get('namespaces') ?? '').split(',').filter(Boolean);
  const foreign = namespaces.find((name) => name !== NAMESPACE && name !== BREAK_GLASS_NAMESPACE);
  if (namespaces.length === 0) return 'The line does not say what its key is for.';
  if (foreign !== undefined) return `The namespace '${foreign.slice(0, 60)}' is not one of golive's.`;
  const keyType = rest[typeAt] ?? '';
  const key = rest[typeAt + 1] ?? '';
  if (!/^[A-Za-z0-9+/]{32,}={0,2}$/.test(key)) return 'The line has no public key.';
  const [validAfter, validBefore] = [options.get('valid-after'), options.get('valid-before')];
  if ([validAfter, validBefore].some((time) => time !== undefined && !TIMESTAMP.test(time))) {
    return 'A time of validity is written like 20270131 or 202701311200Z.';
  }
  return {
    principals,
    namespaces,
    keyType,
    key,
    ...(validAfter === undefined ? {} : { validAfter }),
    ...(validBefore === undefined ? {} : { validBefore }),
  };
}

/** Splits at blanks (or a comma) that do not stand between quotes. */
function splitOutsideQuotes(text: string, at = ' '): string[] {
  const parts: string[] = [''];
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    const separates = !quoted && (character === at || (at === ' ' && character === '\t'));
    if (separates) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.filter((part) => part !== '');
}

/** Whether a key may sign in a namespace. */
export function mayVote({ namespaces }: Signer): boolean {
  return namespaces.includes(NAMESPACE);
}
export function mayBreakGlass({ namespaces }: Signer): boolean {
  return namespaces.includes(BREAK_GLASS_NAMESPACE);
}
