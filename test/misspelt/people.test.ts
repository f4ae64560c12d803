import { beforeAll, expect, test } from '@jest/globals';
import { compileWith, type Edit } from '../kits/compile-with.js';

/** What somebody could forget or misspell, and where the compiler must say so. */
const EDITS: readonly (Edit & { name: string; errors: readonly [file: string, text: RegExp][] })[] = [
  {
    name: 'a new choice of an operator, and nothing else',
    file: 'model/people/message.ts',
    from: "'rollback', 'stop'] as const",
    to: "'rollback', 'stop', 'pause'] as const",
    errors: [
      ['model/people/message.ts', /Property 'pause' is missing/],
      ['workflows/settle-step.ts', /Property 'pause' is missing/],
      ['client/people/verbs.ts', /'?pause/],
    ],
  },
  {
    name: 'a new message, and nothing else',
    file: 'model/people/message.ts',
    from: '  abort: signed({',
    to: `  comment: signed({
    verbs: ['comment'],
    fields: { text: needed, role: needed, by: needed },
    says: ({ text: about, role, by }) => ({ about, role, by, meaning: about }),
  }),
  abort: signed({`,
    errors: [
      ['workflows/people/handlers.ts', /Property 'comment' is missing/],
      ['model/state/expected-statement.ts', /not assignable to type 'string \| Expected'/],
      ['client/people/verbs.ts', /'?comment/],
    ],
  },
  {
    name: 'a misspelt name of a change',
    file: 'workflows/take-phase.ts',
    from: "changed('each-step-in-doubt-is-asked')",
    to: "changed('each-step-in-doubt-is-askd')",
    errors: [['workflows/take-phase.ts', /each-step-in-doubt-is-askd/]],
  },
  {
    name: 'a misspelt status of a phase',
    file: 'workflows/phase-record.ts',
    from: "phaseJudged(state, { status: 'passed'",
    to: "phaseJudged(state, { status: 'pased'",
    errors: [['workflows/phase-record.ts', /"pased"/]],
  },
  {
    name: 'a phase taken for a step',
    file: 'workflows/settle-step.ts',
    from: 'part: failed?.id',
    to: 'part: plan.id',
    errors: [['workflows/settle-step.ts', /'PhaseId' is not assignable/]],
  },
  {
    name: 'an address put together by hand',
    file: 'workflows/after-failure.ts',
    from: 'about: addressText({ phase: plan.id })',
    to: 'about: `${plan.id}`',
    errors: [['workflows/after-failure.ts', /not assignable to type 'AddressText'/]],
  },
];

let errors: string[];
beforeAll(async () => {
  errors = await compileWith(EDITS);
}, 180_000);

test.each(EDITS)('$name: the compiler says so', ({ errors: expected }) => {
  for (const [file, text] of expected) {
    expect(errors.filter((line) => line.startsWith(`${file}(`))).toContainEqual(expect.stringMatching(text));
  }
});
