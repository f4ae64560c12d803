import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectGenerated } from './generated.js';

const root = new URL('../../', import.meta.url).pathname;

test('the drawing of the rooms is what the imports are', () => {
  const drawn = execFileSync('npm', ['run', '--silent', 'draw:rooms'], { cwd: root, encoding: 'utf8' });
  expectGenerated('docs/ARCHITECTURE.md', 'rooms', `\`\`\`mermaid\n${inOrder(drawn.trim())}\n\`\`\``);
}, 120_000);

/** With its arrows sorted: which import of a file stands first says nothing of the rooms. */
function inOrder(drawn: string): string {
  const lines = drawn.split('\n');
  const arrows = lines.filter((line) => line.includes('-->'));
  return [...lines.filter((line) => !line.includes('-->')), ...arrows.toSorted((a, b) => (a < b ? -1 : 1))].join('\n');
}

/** Each rule with a file that breaks it: where it stands, and what it imports. */
const BREAKS: Record<string, [file: string, imported: string]> = {
  'model-is-pure': ['model/a.ts', '../evidence/target.js'],
  'model-no-node': ['model/b.ts', 'node:fs'],
  'zod-only-in-schema': ['model/c.ts', './schema/target.js'],
  'workflows-are-thin': ['workflows/a.ts', '../activities/target.js'],
  'workflows-no-node': ['workflows/b.ts', 'node:fs'],
  'host-knows-no-golive': ['host/a.ts', '../model/target.js'],
  'wire-stands-alone': ['wire/a.ts', '../model/target.js'],
  'evidence-is-a-library': ['evidence/a.ts', '../activities/target.js'],
  'activities-know-no-kinds': ['activities/a.ts', '../kinds/catalog.js'],
  'kinds-use-the-contract': ['kinds/a.ts', '../activities/step/step-evidence.js'],
  'kinds-reach-out-by-their-context': ['kinds/b.ts', 'node:net'],
  'what-a-kind-takes-is-pure': ['kinds/file/a.kind.ts', './hands.js'],
  'an-auditor-loads-no-worker': ['kinds/file/a.recompute.ts', './hands.js'],
  'workers-name-workflows-by-path': ['workers/a.ts', '../workflows/target.js'],
  'client-stands-alone': ['client/a.ts', '../kinds/file/hands.js'],
  'lab-is-a-world-of-its-own': ['lab/a.ts', '../host/target.js'],
  'no-cycles': ['host/b.ts', './c.js'],
};
const TARGETS: Record<string, string> = {
  ...Object.fromEntries(
    ['model', 'host', 'evidence', 'activities', 'workflows', 'client'].map((room) => [
      `${room}/target.ts`,
      'export const it = 1;\n',
    ]),
  ),
  'activities/step/step-evidence.ts': 'export const it = 1;\n',
  'model/schema/target.ts': 'export const it = 1;\n',
  'kinds/catalog.ts': 'export const it = 1;\n',
  'kinds/file/hands.ts': `import { it as there } from '../../activities/target.js';\nexport const it = there;\n`,
  'host/c.ts': `import { it as there } from './b.js';\nexport const it = there;\n`,
};

let broken: Map<string, string>;
beforeAll(() => {
  const copy = mkdtempSync(join(tmpdir(), 'golive-rooms-'));
  try {
    const write = (file: string, text: string): void => {
      mkdirSync(join(copy, dirname(file)), { recursive: true });
      writeFileSync(join(copy, file), text);
    };
    for (const part of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
      cpSync(join(root, part), join(copy, part));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const [file, text] of Object.entries(TARGETS)) write(file, text);
    for (const [file, imported] of Object.values(BREAKS))
      write(file, `import * as there from '${imported}';\nexport const it = there;\n`);
    const rooms = ['model', 'host', 'wire', 'evidence', 'activities', 'kinds', 'workflows', 'workers', 'client', 'lab'];
    const { stdout } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        '--config',
        '.dependency-cruiser.cjs',
        '-T',
        'json',
        ...rooms,
      ],
      { cwd: copy, encoding: 'utf8', maxBuffer: 64 << 20 },
    );
    const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
    broken = new Map(summary.violations.map(({ from, rule }) => [`${rule.name} ${from}`, rule.name]));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}, 120_000);
afterAll(() => broken.clear());

test.each(Object.entries(BREAKS))('%s is told of a file that breaks it', (rule, [file]) => {
  expect([...broken.keys()]).toContain(`${rule} ${file}`);
});

test('every rule is tried, and says what to do instead', async () => {
  const { forbidden } = (await import(join(root, '.dependency-cruiser.cjs'))).default as {
    forbidden: { name: string; comment: string }[];
  };
  expect(forbidden.map(({ name }) => name).toSorted()).toEqual(Object.keys(BREAKS).toSorted());
  for (const { comment } of forbidden) expect(comment.length).toBeGreaterThan(40);
});
