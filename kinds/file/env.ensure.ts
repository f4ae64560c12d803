import type { z } from 'zod';
import type { envEnsure as kind } from './env.ensure.kind.js';
import { sha256 } from '../../evidence/durable.js';
import { putBack } from '../shared/backup.js';
import { readNeeded, replaceFile } from '../shared/replace.js';
import { exists } from '../shared/tree.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

const LINE = /^(\s*(?:export\s+)?)([A-Za-z_][A-Za-z0-9_]*)(\s*=\s*)(.*)$/;
const SECRET = /TOKEN|SECRET|PASSWORD|PASSWD|KEY|CREDENTIAL|_URL$|DSN/i;

export const envEnsure: HandlerOf<typeof kind> = {
  async do(input, context) {
    const file = context.path(input.file);
    const there = await exists(file);
    if (!there && input.from === undefined && Object.keys(input.set).length === 0) {
      throw new StepError('NOT_FOUND', `There is no ${file}, and no example to make it from.`);
    }
    const text = there
      ? (await readNeeded(file, 'The environment file')).toString('utf8')
      : input.from === undefined
        ? ''
        : (await readNeeded(context.path(input.from), 'The example of the environment file')).toString('utf8');
    const { text: next, changed } = setVariables(text, await valuesOf(input, context));
    const created = !there || (await context.recall())?.before === null;
    const mode = there ? undefined : '600';
    if (!there || next !== text) await replaceFile(file, Buffer.from(next), context, { mode, secret: true });
    const values = described(next);
    await context.evidence.write('env.json', `${JSON.stringify({ file, created, changed, values }, null, 2)}\n`);
    return {
      outputs: { created, changed, values },
      summary: `${there ? 'kept' : 'made'} ${file}; set anew: ${changed.join(', ') || 'nothing'}`,
    };
  },
  undo: (_input, context) => putBack(context),
};

async function valuesOf(input: Input, context: StepContext): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.set)) {
    const text = typeof value === 'object' ? await context.secret(value) : String(value);
    if (/[\r\n\0]/.test(text)) throw new StepError('BAD_INPUT', `The value of ${name} holds a line break.`);
    values[name] = text;
  }
  return values;
}

/** Sets variables in the text of an environment file; comments, order and other lines stay. */
export function setVariables(text: string, set: Record<string, string>): { text: string; changed: string[] } {
  const left = new Map(Object.entries(set));
  const changed: string[] = [];
  const lines = text.split('\n').map((line) => {
    const match = LINE.exec(line);
    const name = match?.[2];
    const value = name === undefined ? undefined : left.get(name);
    if (!match || name === undefined || value === undefined) return line;
    left.delete(name);
    if (unquoted(match[4] ?? '') === value) return line;
    changed.push(name);
    return `${match[1] ?? ''}${name}${match[3] ?? '='}${quoted(value)}`;
  });
  if (lines.at(-1) === '') lines.pop();
  for (const [name, value] of left) {
    changed.push(name);
    lines.push(`${name}=${quoted(value)}`);
  }
  return { text: `${lines.join('\n')}\n`, changed };
}

function quoted(value: string): string {
  return /^[\w.:/@%+,-]*$/.test(value) ? value : `"${value.replace(/[\\"$`]/g, '\\$&')}"`;
}
function unquoted(value: string): string {
  const match = /^(["'])(.*)\1\s*$/.exec(value.trim());
  return match ? (match[2] ?? '') : value.trim();
}

/** Each name with a short hash of its value; what looks secret only as set or empty. */
function described(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    if (!match?.[2]) continue;
    const value = unquoted(match[4] ?? '');
    found[match[2]] = value === '' ? 'empty' : SECRET.test(match[2]) ? 'set' : `sha256:${sha256(value).slice(0, 12)}`;
  }
  return found;
}
