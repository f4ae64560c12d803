import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execFile } from 'node:child_process';
import { fingerprintOfBytes } from '../../evidence/hash.js';
import { mayBreakGlass, mayVote, type Signer } from '../../model/signing/allowed-signers.js';
import { openProject } from '../runbook/load.js';
import { clean } from '../render/text.js';
import { ownKeys } from './sign.js';
import { openSigners, principalsOf } from '../runbook/signing-plan.js';

export interface KeyEntry {
  type: string;
  /** As `ssh-keygen -l` shows it. */
  fingerprint: string;
  mayVote: boolean;
  mayBreakGlass: boolean;
  validAfter: string | null;
  validBefore: string | null;
  revoked: boolean;
  yours: boolean;
  line: number;
}
export interface PersonEntry {
  name: string;
  principal: string | null;
  roles: string[];
  keys: KeyEntry[];
}
export interface KeyList {
  signers: string;
  people: PersonEntry[];
  warnings: string[];
}

/**
 * The people of the project with their keys.
 * @param named a key to be taken for one's own
 * @throws CliError (exit 2) when golive.yaml or the signers cannot be read
 */
export async function listKeys(named?: string): Promise<KeyList> {
  const { folder, project } = openProject();
  const { path, signers } = openSigners(project, folder);
  const principals = principalsOf(project);
  const own = new Set((await ownKeys(signers, named)).map(({ signer }) => signer.key));
  const revoked = project.approvals?.revoked === undefined ? undefined : resolve(folder, project.approvals.revoked);
  const entry = async (signer: Signer): Promise<KeyEntry> => ({
    type: signer.keyType,
    fingerprint: fingerprintOfBytes(Buffer.from(signer.key, 'base64')),
    mayVote: mayVote(signer),
    mayBreakGlass: mayBreakGlass(signer),
    validAfter: signer.validAfter ?? null,
    validBefore: signer.validBefore ?? null,
    revoked: revoked !== undefined && (await isRevoked(revoked, signer)),
    yours: own.has(signer.key),
    line: signer.line,
  });
  const people: PersonEntry[] = [];
  for (const [name, { roles }] of Object.entries(project.people ?? {})) {
    const principal = principals[name] ?? null;
    const theirs = signers.filter((signer) => signer.principals[0] === principal);
    people.push({ name, principal, roles, keys: await Promise.all(theirs.map(entry)) });
  }
  const known = new Set(Object.values(principals));
  const strangers = signers.filter((signer) => !known.has(signer.principals[0] ?? ''));
  const warnings = [
    ...strangers.map(
      ({ line, principals: [who = ''] }) =>
        `${path}:${line}  ${who} is nobody in golive.yaml, so the key can do nothing.`,
    ),
    ...people.filter(({ keys }) => keys.length === 0).map(({ name }) => `${name} has no key and cannot sign.`),
    ...(revoked !== undefined && !existsSync(revoked)
      ? [`${revoked} is not there: no signature counts until it is.`]
      : []),
  ];
  return { signers: path, people, warnings };
}

/** Whether a KRL or a list of public keys holds a key; `ssh-keygen -Q` knows KRLs only, and fails when it does. */
async function isRevoked(file: string, { keyType, key }: Signer): Promise<boolean> {
  if (!existsSync(file)) return true;
  const content = readFileSync(file);
  if (!content.subarray(0, 6).equals(Buffer.from('SSHKRL'))) return content.toString('utf8').split(/\s+/).includes(key);
  const folder = await mkdtemp(join(tmpdir(), 'golive-key-'));
  try {
    const pub = join(folder, 'key.pub');
    await writeFile(pub, `${keyType} ${key}\n`);
    return await new Promise((done) => {
      execFile('ssh-keygen', ['-Q', '-f', file, pub], (error) => done(error !== null));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The list as people read it. */
export function keyLines({ people }: KeyList): string[] {
  return people.flatMap(({ name, principal, roles, keys }) => [
    `${clean(name, 60)} (${principal ?? 'no principal'}) · ${roles.join(', ')}`,
    ...keys.map((key) => {
      const may = [key.mayVote ? 'approve' : '', key.mayBreakGlass ? 'break the glass' : ''].filter(Boolean).join(', ');
      const times = [key.validAfter && `from ${key.validAfter}`, key.validBefore && `until ${key.validBefore}`];
      const marks = [may, ...times, key.revoked ? 'REVOKED' : ''].filter(Boolean).join(' · ');
      return `  ${key.yours ? '*' : ' '} ${key.type}  ${key.fingerprint}  ${marks}`;
    }),
  ]);
}
