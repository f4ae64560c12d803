import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMESPACE, type Statement, statementText } from '../../model/signing/signing.js';

/** SSH keys of people who do not exist, in a folder that is removed; signatures are made by the real ssh-keygen. */
export class SshKeys {
  readonly folder = mkdtempSync(join(tmpdir(), 'golive-ssh-'));
  private readonly made = new Map<string, string>();

  /** Path of a private key; made at its first mention. */
  path(name: string, type: 'ed25519' | 'rsa' | 'ecdsa' = 'ed25519'): string {
    const known = this.made.get(name);
    if (known) return known;
    const file = join(this.folder, name);
    execFileSync('ssh-keygen', [
      '-q',
      '-t',
      type,
      ...(type === 'rsa' ? ['-b', '2048'] : []),
      '-N',
      '',
      '-C',
      name,
      '-f',
      file,
    ]);
    this.made.set(name, file);
    return file;
  }

  /** `<type> <base64>` of a key. */
  public(name: string, type?: 'ed25519' | 'rsa' | 'ecdsa'): string {
    return readFileSync(`${this.path(name, type)}.pub`, 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  }

  /** A line of an allowed-signers file. */
  line(
    principal: string,
    key: string,
    more: { namespaces?: string; options?: string; type?: 'rsa' | 'ecdsa' } = {},
  ): string {
    const options = more.options ? `,${more.options}` : '';
    return `${principal} namespaces="${more.namespaces ?? NAMESPACE}"${options} ${this.public(key, more.type)}\n`;
  }

  /** Body of a signature over a text, on one line. */
  sign(key: string, text: string, namespace: string = NAMESPACE): string {
    const armour = execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', this.path(key)], {
      input: text,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    return armour.split('\n').slice(1, -2).join('');
  }

  statement(key: string, statement: Statement, namespace?: string): { statement: string; signature: string } {
    const text = statementText(statement);
    return { statement: text, signature: this.sign(key, text, namespace) };
  }

  /** A list of revoked keys. */
  revoke(...names: string[]): string {
    const file = join(this.folder, `revoked-${names.join('-') || 'none'}`);
    writeFileSync(file, names.map((name) => `${this.public(name)}\n`).join(''));
    return file;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
