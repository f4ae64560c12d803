import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@babel/parser';
import { expect, test } from '@jest/globals';

const root = new URL('../', import.meta.url).pathname;
const WAY_OUT = 'A call takes some 100,000 arguments: use largest or smallest of model/largest.ts, or a loop.';

/** Calls that get each element of an array of any length as an argument of its own. */
function spreadCalls(node: unknown, found: number[] = []): number[] {
  if (Array.isArray(node)) {
    for (const one of node) spreadCalls(one, found);
    return found;
  }
  if (typeof node !== 'object' || node === null) return found;
  const {
    type,
    callee,
    arguments: given,
    loc,
  } = node as {
    type?: string;
    callee?: { property?: { name?: string } };
    arguments?: { type: string }[];
    loc?: { start: { line: number } };
  };
  const many = type === 'CallExpression' && given?.some((one) => one.type === 'SpreadElement');
  if (many && /^(push|unshift|max|min|concat)$/.test(callee?.property?.name ?? '')) found.push(loc?.start.line ?? 0);
  for (const [name, value] of Object.entries(node)) if (name !== 'loc') spreadCalls(value, found);
  return found;
}

test('no array of unknown length is spread into a call', () => {
  const files = ['kinds', 'evidence'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${room}/${name}`),
  );
  const found = files.flatMap((file) => {
    const { program } = parse(readFileSync(join(root, file), 'utf8'), {
      sourceType: 'module',
      plugins: ['typescript'],
    });
    return spreadCalls(program).map((line) => `${file}:${line}: ${WAY_OUT}`);
  });
  expect(found).toEqual([]);
});
