import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { runbookJsonSchema, runbookJsonSchemaText } from '../../../../model/schema/format/json-schema.js';
import { stepKinds } from '../../../../kinds/catalog.js';

interface Node {
  [key: string]: unknown;
}

test('runbooks/runbook.schema.json is current (npm run schema)', () => {
  expect(readFileSync('runbooks/runbook.schema.json', 'utf8') === runbookJsonSchemaText(stepKinds)).toBe(true);
});

test('it knows every kind, and every reference leads somewhere', () => {
  const schema = runbookJsonSchema(stepKinds) as { definitions: Record<string, Node> } & Node;
  for (const name of Object.keys(stepKinds)) expect(schema.definitions).toHaveProperty([name]);
  const refs = [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref ?? '');
  expect(refs.length).toBeGreaterThan(20);
  for (const ref of new Set(refs)) {
    const path = ref
      .replace(/^#\//, '')
      .split('/')
      .map((part) => decodeURIComponent(part.replaceAll('~1', '/').replaceAll('~0', '~')));
    const found = path.reduce<unknown>((at, key) => (at as Node | undefined)?.[key], schema);
    expect([ref, typeof found]).toEqual([ref, 'object']);
  }
});

test('an expression may stand for a number of a kind', () => {
  const { definitions } = runbookJsonSchema(stepKinds) as {
    definitions: Record<string, { properties: Record<string, { anyOf: unknown[] }> }>;
  };
  expect(definitions['tcp.check']?.properties.port?.anyOf).toContainEqual({ type: 'string', pattern: '\\$\\{\\{' });
});
