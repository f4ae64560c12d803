import { canonicalJson, type Json, parseJson } from '../json.js';

/** What a signature is for, as `ssh-keygen -Y` knows it: one made for git or for a file counts for nothing here. */
export const NAMESPACE = 'golive-approval@v1';
/** Of keys that may pass a gate alone, in an emergency. */
export const BREAK_GLASS_NAMESPACE = 'golive-break-glass@v1';
export const STATEMENT_TYPE = 'golive-approval@v1';

/** Who may sign, settled when the go-live is planned. */
export interface SigningPlan {
  level: 'declared' | 'signed';
  /** Text of the allowed-signers file (ssh-keygen(1), ALLOWED SIGNERS). */
  signers: string;
  /** Absolute path of a KRL or a list of public keys; read anew at every check. */
  revoked?: string;
  /** Person → principal in the signers file. */
  principals: Record<string, string>;
  breakGlass?: { reviewMs: number };
}

/** What a person signs: everything that the message means, so that it cannot mean anything else elsewhere. */
export interface Statement {
  type: typeof STATEMENT_TYPE;
  /** `<target>/<change>`. */
  goLive: string;
  /** Digest of the plan. */
  plan: string;
  message: 'approve' | 'reject' | 'tick' | 'choose' | 'waive' | 'omit' | 'abort' | 'start';
  /** Approval, checklist item, gate, or what the operator is asked about. */
  about: string;
  /** Of what is approved; empty where the message approves nothing. */
  digest: string;
  /** Made when the question was opened (approvals, choices) or the go-live began (the rest). */
  nonce: string;
  role: string;
  /** Printed name. */
  by: string;
  /** Name in the allowed-signers file. */
  principal: string;
  /** The question in words. */
  meaning: string;
  reason?: string;
  choice?: string;
  rollback?: string;
  /** End of a waiver, ISO 8601. */
  until?: string;
  breakGlass?: true;
  /** ISO 8601. */
  issuedAt: string;
  expiresAt: string;
}

/** A statement as it travels. */
export interface Signed {
  /** The exact text that was signed. */
  statement: string;
  /** Body of the SSH signature: base64 on one line, without its armour. */
  signature: string;
}

/** What proves a signed message. */
export interface Proof extends Signed {
  /** Name in the allowed-signers file. */
  principal: string;
  /** Fingerprint of the SSH key, `SHA256:…`. */
  key: string;
}

const NEEDED = [
  'type',
  'goLive',
  'plan',
  'message',
  'about',
  'digest',
  'nonce',
  'role',
  'by',
  'principal',
  'meaning',
  'issuedAt',
  'expiresAt',
] as const satisfies (keyof Statement)[];
const OPTIONAL = ['reason', 'choice', 'rollback', 'until', 'breakGlass'] as const satisfies (keyof Statement)[];
const LONGEST_STATEMENT = 6_000;
const LONGEST_SIGNATURE = 8_192;
/** How far a signer's clock may be ahead, in milliseconds. */
const SKEW_MS = 120_000;
/** Longest life of a signature, in milliseconds: a week. */
export const LONGEST_LIFE_MS = 7 * 86_400_000;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

/** The bytes to sign: canonical JSON, so that one meaning has one text. */
export function statementText(statement: Statement): string {
  return canonicalJson(statement);
}

export type ReadStatement = { ok: true; statement: Statement } | { ok: false; problem: string };

const no = (problem: string): { ok: false; problem: string } => ({ ok: false, problem });

/** Reads a statement strictly: known fields, texts, canonical form (so no key twice, no second spelling). Never throws. */
export function readStatement({ statement, signature }: Signed): ReadStatement {
  if (statement.length > LONGEST_STATEMENT) return no(`The statement is longer than ${LONGEST_STATEMENT} characters.`);
  if (signature.length > LONGEST_SIGNATURE) return no(`The signature is longer than ${LONGEST_SIGNATURE} characters.`);
  if (!isCanonicalBase64(signature)) return no('The signature is not plain base64 on one line.');
  let value: Json;
  try {
    value = parseJson(statement);
  } catch {
    return no('The statement is not JSON.');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return no('The statement is no JSON object.');
  const known: readonly string[] = [...NEEDED, ...OPTIONAL];
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) return no(`The statement has the unknown field '${unknown.slice(0, 60)}'.`);
  for (const field of known) {
    const part = Object.hasOwn(value, field) ? value[field] : undefined;
    const optional = (OPTIONAL as readonly string[]).includes(field);
    if (part === undefined && optional) continue;
    if (field === 'breakGlass' ? part !== true : typeof part !== 'string') {
      return no(`The statement's '${field}' is missing or of the wrong type.`);
    }
  }
  if (canonicalJson(value) !== statement) return no('The statement is not in its canonical form.');
  if (value.type !== STATEMENT_TYPE) return no(`The statement is not of type '${STATEMENT_TYPE}'.`);
  const read = value as unknown as Statement;
  if (!TIME.test(read.issuedAt) || !TIME.test(read.expiresAt)) return no('The statement has no proper times.');
  return { ok: true, statement: read };
}

/** Base64 with padding, each text in one spelling only (unused bits zero). */
function isCanonicalBase64(text: string): boolean {
  if (text.length === 0 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  if (text.endsWith('==')) return /[AQgw]==$/.test(text);
  if (text.endsWith('=')) return /[AEIMQUYcgkosw048]=$/.test(text);
  return true;
}

/** What a statement must say to count here. */
export type Expected = Omit<Statement, 'type' | 'issuedAt' | 'expiresAt' | 'principal'>;

const WORDS: Partial<Record<keyof Expected, string>> = {
  goLive: 'another go-live',
  plan: 'another plan',
  message: 'another kind of message',
  about: 'another question',
  digest: 'something that has changed since',
  nonce: 'an earlier asking of the question',
};

/** Why a statement does not count, worst first; undefined when it does. It says nothing of the signature. */
export function statementProblem(
  statement: Statement,
  expected: Expected,
  signing: SigningPlan,
  nowMs: number,
): string | undefined {
  for (const [field, what] of Object.entries(WORDS)) {
    const name = field as keyof Expected;
    if (statement[name] !== expected[name]) return `It was signed for ${what}.`;
  }
  for (const field of ['role', 'by', 'meaning', 'reason', 'choice', 'rollback', 'until', 'breakGlass'] as const) {
    if (statement[field] !== expected[field]) return `The message and what was signed differ in '${field}'.`;
  }
  const principal = Object.hasOwn(signing.principals, statement.by) ? signing.principals[statement.by] : undefined;
  if (principal === undefined) return `${statement.by} has no principal in golive.yaml, so no key of their own.`;
  if (principal !== statement.principal) return `${statement.by} signs as ${principal}, not as ${statement.principal}.`;
  return timeProblem(statement, nowMs);
}

/** Why a statement does not hold at this moment. */
export function timeProblem({ issuedAt, expiresAt }: Statement, nowMs: number): string | undefined {
  const [from, to] = [Date.parse(issuedAt), Date.parse(expiresAt)];
  if (!Number.isFinite(from) || !Number.isFinite(to)) return 'It has no proper times.';
  if (from > nowMs + SKEW_MS) return `It is dated in the future (${issuedAt}).`;
  if (to <= nowMs) return `It expired at ${expiresAt}.`;
  if (to - from > LONGEST_LIFE_MS) return 'It is valid for longer than a week.';
  return undefined;
}

/** What the statement of a start says. */
export function startExpected(goLive: string, planDigest: string, by: string, reason?: string): Expected {
  return {
    goLive,
    plan: planDigest,
    message: 'start',
    about: goLive,
    digest: planDigest,
    nonce: '',
    role: '',
    by,
    meaning: `Start ${goLive}`,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The namespace that a statement must be signed in. */
export function namespaceOf(statement: Pick<Statement, 'breakGlass'>): string {
  return statement.breakGlass ? BREAK_GLASS_NAMESPACE : NAMESPACE;
}
