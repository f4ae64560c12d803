import { test } from '@jest/globals';
import { EVENTS, type Fields } from '../../model/evidence/events.js';
import { expectGenerated } from './generated.js';

const WRITERS = {
  'go-live': 'the workflow of the go-live',
  step: 'the activity of the step',
  evidence: 'the activities for evidence and notices',
} as const;

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head: readonly string[], lines: readonly (readonly string[])[]): string =>
  [row(head), `|${'---|'.repeat(head.length)}`, ...lines.map(row)].join('\n');

const kinds = Object.entries(EVENTS).map(([type, { about, by, fields }]) => ({
  type,
  about,
  by,
  fields: fields as Fields,
}));

function tableOfTypes(): string {
  const lines = kinds.map(({ type, about, by, fields }) => {
    const names = Object.entries(fields).map(([name, { optional }]) => `\`${name}\`${optional ? '?' : ''}`);
    return [`\`${type}\``, names.join(', '), about, WRITERS[by]];
  });
  return table(['type', 'fields (`?`: may be left out)', 'meaning', 'written by'], lines);
}

/** Every field once for each of its meanings; where it has several, the types that mean it so. */
function tableOfFields(): string {
  const meanings = new Map<string, { name: string; shape: string; about: string; types: string[] }>();
  for (const { type, fields } of kinds) {
    for (const [name, { shape, about }] of Object.entries(fields)) {
      const key = [name, shape, about].join('\n');
      const meaning = meanings.get(key) ?? { name, shape, about, types: [] };
      meaning.types.push(`\`${type}\``);
      meanings.set(key, meaning);
    }
  }
  const all = [...meanings.values()].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const lines = all.map(({ name, shape, about, types }) => {
    const several = all.filter((other) => other.name === name).length > 1;
    return [`\`${name}\``, shape, several ? `${about} (${types.join(', ')})` : about];
  });
  return table(['field', 'looks like', 'meaning'], lines);
}

test('docs/events.md says of each event what the table says', () => {
  expectGenerated('docs/events.md', 'events', `## Types\n\n${tableOfTypes()}\n\n## Fields\n\n${tableOfFields()}\n`);
});
