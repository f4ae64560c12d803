import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { makePlan, openRunbook } from '../../../client/runbook/load.js';
import { CliError } from '../../../client/errors.js';
import { scaffold, writeScaffold } from '../../../client/runbook/scaffold.js';
import { buildContext } from '../../../model/expression/expression.js';
import { judgeGate } from '../../../model/judge/gate.js';
import { loadRunbook } from '../../../model/schema/load.js';
import { stepKinds } from '../../../kinds/catalog.js';
import { isReadable } from '../../../model/text/readable.js';
import type { Plan } from '../../../model/plan/plan.js';

let folder: string;
let plan: Plan;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'golive-new-'));
  const opened = await openRunbook(writeScaffold('shop-release', { dir: folder }));
  const choices = { target: 'shop', change: 'c-1', mode: 'rehearse' as const, timeScale: 1, inputs: {} };
  plan = await makePlan(opened, choices);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Verdict and sentence of each gate of the template when the service took so long before and after the change. */
function judged(beforeMs: number, afterMs: number): Record<string, [verdict: string, sentence: string]> {
  const answer = (ms: number) => ({ status: 200, ms });
  const check = { healthz: answer(beforeMs) };
  const steps = { ...check, after: answer(afterMs) };
  const context = buildContext({ inputs: plan.inputs, steps, phases: { check: { steps: check } }, run: {} });
  const gates = plan.phases.flatMap((phase) => phase.gates);
  return Object.fromEntries(
    gates.map((gate) => {
      const { verdict, sentence } = judgeGate(gate, context);
      return [gate.id, [verdict, sentence]];
    }),
  );
}

test.each([
  [28, 77],
  [77, 28],
  [0, 0],
  [0, 12],
  [5, 5],
])('its gates hold for a service that took %d ms, and then %d', (before, after) => {
  const verdicts = Object.entries(judged(before, after)).map(([id, [verdict]]) => [id, verdict]);
  expect(Object.fromEntries(verdicts)).toEqual({ status: 'go', speed: 'go', slower: 'go', slowest: 'go' });
});

test('they do not for one that became slow, and say so in figures', () => {
  expect(judged(28, 2100)).toMatchObject({
    slower: ['no-go', expect.stringContaining('2.072s')],
    slowest: ['no-go', expect.stringContaining('105')],
  });
});

/** What the command says of a name, and the command that it proposes. */
function refusalOf(id: string, dir = folder): { message: string; hint: string } {
  try {
    writeScaffold(id, { dir });
  } catch (error) {
    if (error instanceof CliError && error.options.exitCode === 2)
      return { message: error.message, hint: error.options.hint ?? '' };
    throw error;
  }
  return { message: 'it was written', hint: '' };
}

describe('a name', () => {
  test.each<[string, string, string]>([
    ['a / b', 'cannot be the id', "golive new a-b --title 'a / b'"],
    ['Shop Release', 'cannot be the id', "golive new shop-release --title 'Shop Release'"],
    ['it\'s: "new"', 'cannot be the id', "golive new it-s-new --title 'it'\\''s: \"new\"'"],
    ['Größe', 'cannot be the id', "golive new grosse --title 'Größe'"],
    ['発売', 'cannot be the id', "golive new runbook --title '発売'"],
    ['2026', 'cannot be the id', 'golive new runbook-2026 --title 2026'],
    ['runbooks/shop.yaml', 'is a path', 'golive new shop --dir runbooks'],
    ['./shop.yaml', 'is a path', 'golive new shop'],
    ['shop.yml', 'is a path', 'golive new shop'],
    ['/srv/My Books/Shop', 'is a path', "golive new shop --dir '/srv/My Books'"],
    ['..\\books\\shop.yaml', 'is a path', 'golive new shop --dir ../books'],
    ['nul', 'cannot be the id', 'Windows has no file of this name'],
    ['', 'cannot be the id', 'golive new runbook'],
  ])('%s is none, and one that is right is proposed', (id, message, hint) => {
    const said = refusalOf(id);
    expect(said.message).toContain(message);
    expect(said.hint).toContain(hint);
  });

  test.each(['null', 'true', 'on', 'no', 'y'])('%s, which YAML takes for something else, is one', async (id) => {
    const { runbook } = await openRunbook(writeScaffold(id, { dir: folder }));
    expect(runbook.id).toBe(id);
  });

  test('whatever is typed: a runbook that validates, or a refusal whose proposal is one', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      fc.string({
        unit: fc.constantFrom(
          'a',
          'Z',
          '-',
          '/',
          '\\',
          ' ',
          ':',
          '"',
          "'",
          '.',
          '$',
          '{',
          'é',
          '\u202e',
          '\n',
          '\ud800',
        ),
      }),
    );
    const dir = join(folder, 'typed');
    fc.assert(
      fc.property(typed, (id) => {
        rmSync(dir, { recursive: true, force: true });
        mkdirSync(dir, { recursive: true });
        writeFileSync(join(dir, 'runbook.schema.json'), '{}');
        const { message, hint } = refusalOf(id, dir);
        // What is written was validated.
        if (message !== 'it was written') writeScaffold(/golive new (\S+)/.exec(hint)?.[1] ?? 'NONE', { dir });
      }),
      { numRuns: 60, seed: 20_261_126 },
    );
  });
});

test('whatever the title, it stands in the runbook as it was given, or is refused', () => {
  const titles = fc.oneof(
    fc.constantFrom(
      '${{ inputs.x }}',
      '$${{',
      'null',
      '- a',
      '# b',
      'a: b',
      '"',
      "'",
      '\\n',
      '%',
      '@',
      '`',
      '|',
      '>',
      '&a',
      '*a',
      '!t',
      '{',
      '[',
      '發',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  );
  fc.assert(
    fc.property(titles, (title) => {
      const { runbook, problems } = loadRunbook(scaffold('shop', title), 'shop.yaml', stepKinds);
      if (!isReadable(title)) return expect(problems).toBeDefined();
      // A literal `${{` is written so.
      return expect(runbook?.title.replaceAll('$${{', () => '${{')).toBe(title);
    }),
    { numRuns: 60, seed: 20_261_126 },
  );
});

test('what is there is not overwritten', () => {
  expect(refusalOf('shop-release').message).toBe('There is already such a runbook; nothing was written.');
});
