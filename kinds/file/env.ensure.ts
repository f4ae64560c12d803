import type { z } from 'zod';
import type { envEnsure as kind } from './env.ensure.kind.js';
import { setVariables, resetVariables } from './env-file.js';
import { sha256 } from '../../evidence/durable.js';
import { putBack } from '../shared/backup.js';
import { readAsNode } from '../shared/dotenv.js';
import { changeFile, readNeeded } from '../shared/replace.js';
import { strictText } from '../shared/strict-text.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

const SECRET = /TOKEN|SECRET|PASSWORD|PASSWD|KEY|CREDENTIAL|_URL$|DSN/i;

export const envEnsure: HandlerOf<typeof kind> = {
  async do(input, context) {
    const file = context.path(input.file);
    const set = await valuesOf(input, context);
    let made = { text: '', changed: [] as string[], composeRefuses: undefined as string | undefined };
    const { there, said } = await changeFile(file, context, async (stands) => {
      made = setVariables(stands ? strictText(stands, file) : await beginning(input, context), set);
      const content = Buffer.from(made.text);
      if (stands?.equals(content)) return undefined;
      return { content, mode: stands ? undefined : '600', secret: true };
    });
    const created = !there || (await context.recall())?.before === null;
    const values = described(made.text, input);
    const { changed, composeRefuses } = made;
    await context.evidence.write('env.json', `${JSON.stringify({ file, created, changed, values }, null, 2)}\n`);
    const refused = composeRefuses === undefined ? '' : `; Docker Compose does not take this file (${composeRefuses})`;
    return {
      outputs: { created, changed, values },
      summary: `${there ? 'kept' : 'made'} ${said}; set anew: ${changed.join(', ') || 'nothing'}${refused}`,
    };
  },
  undo: ({ set, file }, context) =>
    putBack(context, (stands, before) => {
      try {
        const [text, earlier] = [stands, before].map((bytes) => bytes && strictText(bytes, file));
        return Buffer.from(resetVariables(text ?? '', earlier, Object.keys(set)));
      } catch {
        // What is no environment file any more is put back whole.
        return undefined;
      }
    }),
};

/** What a file that is not there begins with. */
async function beginning({ file, from, set }: Input, context: StepContext): Promise<string> {
  if (from !== undefined) {
    const what = 'The example of the environment file';
    return strictText(await readNeeded(context.path(from), what), what);
  }
  if (Object.keys(set).length > 0) return '';
  throw new StepError('NOT_FOUND', `There is no ${context.path(file)}, and no example to make it from.`);
}

async function valuesOf(input: Input, context: StepContext): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.set)) {
    const text = typeof value === 'object' ? await context.secret(value) : String(value);
    if (/[\r\n\0]/.test(text)) throw new StepError('BAD_INPUT', `The value of ${name} holds a line break.`);
    if (Buffer.from(text).toString() !== text)
      throw new StepError('BAD_INPUT', `The value of ${name} holds half a character.`);
    values[name] = text;
  }
  return values;
}

/**
 * Each name with a short hash of its value where the plan has it; every other value only as set or empty: of a short one
 * the hash would give it away.
 */
function described(text: string, { set }: Input): Record<string, string> {
  const planned = (name: string): boolean =>
    Object.hasOwn(set, name) && typeof set[name] !== 'object' && !SECRET.test(name);
  return Object.fromEntries(
    [...readAsNode(text)].map(([name, value]) => [
      name,
      value === '' ? 'empty' : planned(name) ? `sha256:${sha256(value).slice(0, 12)}` : 'set',
    ]),
  );
}
