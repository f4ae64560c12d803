import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@babel/parser';
import { expect, test } from '@jest/globals';
import { stepKinds } from '../../kinds/catalog.js';

const ROOMS = ['activities', 'client', 'evidence', 'host', 'model', 'wire', 'workers', 'workflows'];
/** Files whose texts may name kinds, each with its reason. */
const MAY: Readonly<Record<string, string>> = {
  'client/commands/explain.ts': 'the example in the help of the command',
  'client/runbook/compose/compose-runbook.ts': 'the YAML of a runbook that is made of a file of Compose',
  'client/runbook/scaffold.ts': 'the YAML that a new runbook begins with',
};
const WAY_OUT =
  'Say it in the kind: a fact of StepKind (model/schema/format/kind.ts) that the kind sets and this file asks for.';
const names = Object.keys(stepKinds);

/** Texts of a source file that are code, not comments. */
function textsOf(source: string): { text: string; line: number }[] {
  const { tokens } = parse(source, { sourceType: 'module', plugins: ['typescript'], tokens: true });
  return (tokens ?? []).flatMap(({ type, value, loc }: Token) =>
    typeof value === 'string' && (type.label === 'string' || type.label === 'template')
      ? [{ text: value, line: loc.start.line }]
      : [],
  );
}
interface Token {
  type: { label: string };
  value?: unknown;
  loc: { start: { line: number } };
}

/** Kinds that a text names: a name with a dot anywhere in it, one without only as the whole text or after `uses:`. */
function kindsIn(text: string): string[] {
  const words = text.match(/[A-Za-z]+(?:[.-][A-Za-z]+)*/g) ?? [];
  return names.filter((name) =>
    name.includes('.')
      ? words.some((word) => word === name)
      : text === name || new RegExp(`uses: ${name}\\b`).test(text),
  );
}

function named(source: string, file: string): string[] {
  return textsOf(source).flatMap(({ text, line }) =>
    kindsIn(text).map((name) => `${file}:${line} names the kind ${name}. ${WAY_OUT}`),
  );
}

const files = ROOMS.flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
).filter((name) => name.endsWith('.ts'));

test('no text outside of kinds/ names a kind', () => {
  const found = files.filter((file) => !(file in MAY)).flatMap((file) => named(readFileSync(file, 'utf8'), file));
  expect(found).toEqual([]);
});

test('each exception is still one', () => {
  for (const file of Object.keys(MAY)) expect(named(readFileSync(file, 'utf8'), file)).not.toEqual([]);
});

test('a name in code is found, one in a comment is not', () => {
  expect(named("// http.check\nif (uses === 'http.check') wait();\n", 'a.ts')).toEqual([
    expect.stringContaining('a.ts:2 names the kind http.check. Say it in the kind'),
  ]);
  expect(named("const hint = `Use ${kind} or command.run.`;\nif (uses === 'wait') {}\n", 'a.ts')).toHaveLength(2);
  expect(named("process.kill(1, 'SIGTERM'); say('wait for it');\n", 'a.ts')).toEqual([]);
});
