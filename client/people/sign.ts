import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mayBreakGlass, mayVote, readSigners, type Signer } from '../../model/signing/allowed-signers.js';
import {
  type Expected,
  LONGEST_LIFE_MS,
  namespaceOf,
  type Signed,
  type SigningPlan,
  STATEMENT_TYPE,
  type Statement,
  statementText,
} from '../../model/signing/signing.js';
import { CliError, messageOf } from '../errors.js';

const run = promisify(execFile);
/** How long a signature holds when nothing asks for longer, in milliseconds. */
const LIFE_MS = 86_400_000;

/** A key of this person: its private half is in the agent or beside its public one. */
export interface OwnKey {
  signer: Signer;
  /** File for `ssh-keygen -f`; none = the agent has it. */
  file?: string;
}

/** Base64 of each public key that the SSH agent holds; none without an agent. */
async function agentKeys(): Promise<string[]> {
  if (!process.env['SSH_AUTH_SOCK']) return [];
  const { stdout } = await run('ssh-add', ['-L'], { env: process.env }).catch(() => ({ stdout: '' }));
  return stdout.split('\n').flatMap((line) => line.split(' ')[1] ?? []);
}

/** Public keys with a private half beside them in `~/.ssh`. */
function keysAtHome(): { key: string; file: string }[] {
  const folder = join(homedir(), '.ssh');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.pub') && existsSync(join(folder, name.slice(0, -4))))
    .map((name) => ({ key: publicKeyIn(join(folder, name)), file: join(folder, name.slice(0, -4)) }));
}

function publicKeyIn(path: string): string {
  try {
    return readFileSync(path, 'utf8').split(' ')[1]?.trim() ?? '';
  } catch {
    return '';
  }
}

/** The key named by `--key` or `$GOLIVE_SSH_KEY`. @throws CliError (exit 2) when its public half cannot be found */
async function namedKey(path: string): Promise<{ key: string; file: string }> {
  const file = path.endsWith('.pub') && existsSync(path.slice(0, -4)) ? path.slice(0, -4) : path;
  const pub = path.endsWith('.pub') ? path : `${path}.pub`;
  let key = publicKeyIn(pub);
  if (key === '' && existsSync(file)) {
    key =
      (await run('ssh-keygen', ['-y', '-f', file]).catch(() => ({ stdout: '' }))).stdout.split(' ')[1]?.trim() ?? '';
  }
  if (key !== '') return { key, file };
  throw new CliError('That is no SSH key.', {
    exitCode: 2,
    where: path,
    hint: 'Name the private key, or its .pub file when the agent holds it.',
  });
}

/** The keys of the person at the keyboard that are among the signers, the agent's first. */
export async function ownKeys(signers: readonly Signer[], named?: string): Promise<OwnKey[]> {
  const path = named ?? process.env['GOLIVE_SSH_KEY'];
  const found: { key: string; file?: string }[] =
    path === undefined ? [...(await agentKeys()).map((key) => ({ key })), ...keysAtHome()] : [await namedKey(path)];
  return found.flatMap(({ key, file }) =>
    signers
      .filter((signer) => signer.key === key)
      .map((signer) => ({ signer, ...(file === undefined ? {} : { file }) })),
  );
}

export interface SignRequest {
  signing: SigningPlan;
  /** Printed name; without it, whoever the key belongs to. */
  by?: string | undefined;
  breakGlass?: boolean;
  /** `--key`. */
  key?: string | undefined;
}

/** Who signs, and with which key. @throws CliError (exit 2) that says which keys would do */
export async function chooseSigner({
  signing,
  by,
  breakGlass = false,
  key,
}: SignRequest): Promise<{ by: string; own: OwnKey }> {
  const people = Object.entries(signing.principals);
  const principal = by === undefined ? undefined : people.find(([name]) => name === by)?.[1];
  if (by !== undefined && principal === undefined) {
    throw new CliError(`${by} has no principal in golive.yaml, so no key of their own.`, {
      exitCode: 2,
      hint: `People with keys: ${people.map(([name]) => name).join(', ') || 'none'}. \`golive keys\` shows them.`,
    });
  }
  const { signers } = readSigners(signing.signers);
  const may = breakGlass ? mayBreakGlass : mayVote;
  const fitting = (await ownKeys(signers, key)).filter(
    ({ signer }) => may(signer) && (principal === undefined || signer.principals[0] === principal),
  );
  const [own] = fitting;
  const person = own && people.find(([, name]) => name === own.signer.principals[0])?.[0];
  if (own && person !== undefined) return { by: person, own };
  const who = by === undefined ? 'anybody who may sign here' : by;
  throw new CliError(`There is no key of ${who}${breakGlass ? ' that may break the glass' : ''} at hand.`, {
    exitCode: 2,
    where: key ?? process.env['GOLIVE_SSH_KEY'] ?? 'the SSH agent and ~/.ssh',
    hint: 'Load it (ssh-add), or name it: --key FILE. `golive keys` lists who may do what, and which keys are yours.',
  });
}

/** Signs what a message means. @throws CliError (exit 2) when ssh-keygen cannot */
export async function sign(expected: Expected, own: OwnKey, nowMs: number, lifeMs = LIFE_MS): Promise<Signed> {
  const statement: Statement = {
    ...expected,
    type: STATEMENT_TYPE,
    principal: own.signer.principals[0] ?? '',
    issuedAt: new Date(nowMs).toISOString(),
    expiresAt: new Date(nowMs + Math.min(LONGEST_LIFE_MS, Math.max(LIFE_MS, lifeMs))).toISOString(),
  };
  const text = statementText(statement);
  const folder = await mkdtemp(join(tmpdir(), 'golive-sign-'));
  try {
    const pub = join(folder, 'key.pub');
    await writeFile(pub, `${own.signer.keyType} ${own.signer.key}\n`, { mode: 0o600 });
    const armour = await keygen(['-Y', 'sign', '-n', namespaceOf(statement), '-f', own.file ?? pub], text);
    const body = /^-----BEGIN SSH SIGNATURE-----\n([\s\S]+?)\n-----END SSH SIGNATURE-----/.exec(armour)?.[1];
    if (body === undefined) throw new Error('ssh-keygen printed no signature');
    return { statement: text, signature: body.replaceAll('\n', '') };
  } catch (error) {
    throw new CliError(`It could not be signed: ${messageOf(error)}`, {
      exitCode: 2,
      where: own.file ?? 'the SSH agent',
      hint: 'Nothing was sent. Try the key: ssh-keygen -Y sign -n test -f KEY FILE',
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs ssh-keygen with a text on stdin; its questions (passphrase, touch of a hardware key) reach the terminal. */
function keygen(args: string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh-keygen', args, { env: process.env, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (/confirm|touch|presence/i.test(text)) process.stderr.write(text);
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error('the program ssh-keygen is not there; install OpenSSH') : error),
    );
    child.once('close', (code) =>
      code === 0
        ? resolve(stdout)
        : reject(new Error(stderr.trim().split('\n').at(-1) || `ssh-keygen ended with ${code}`)),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
