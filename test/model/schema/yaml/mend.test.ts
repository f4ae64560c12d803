import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import type { StepKind } from '../../../../model/schema/format/kind.js';
import { loadProject } from '../../../../model/schema/format/project.js';
import { specOf } from '../../../../model/schema/format/scope.js';
import { loadRunbook } from '../../../../model/schema/load.js';
import { mend } from '../../../../model/schema/yaml/mend.js';
import { kindsOnDisk } from '../../../kits/all-kinds.js';

let kinds: Record<string, StepKind>;
beforeAll(async () => {
  kinds = await kindsOnDisk();
});

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** A runbook with a bit of everything that stands at the end with a gate of its own, which reads a step that is not there. */
const RICH = `
schema: 1
id: rich
title: Rich
roles: { lead: Lead, cto: CTO }
inputs:
  wait: { type: duration, default: 5m }
  least: { type: number, default: 0.7, min: 0, max: 1 }
target: { variables: { host: shop.example } }
guardrails: [{ id: ours, title: Ours, live: 'inputs.least > 0.5' }]
defaults: { timeout: 1m, retry: { attempts: 2, backoff: 1s } }
notices: [{ on: [waiting, no-go], with: { kind: webhook, url: { env: HOOK } } }]
waivers: { by: [cto], atMost: 8h }
phases:
  - id: look
    owner: lead
    planned: 5m
    steps:
      - { id: pause, uses: wait, with: { for: 1s } }
      - parallel:
          - { id: tests, uses: command.run, effect: none, with: { argv: [node, t.js] }, timeout: 30s, retry: { attempts: 3 } }
          - { id: ready, uses: http.check, with: { url: 'http://127.0.0.1/' }, until: { every: 1s, within: 20s } }
    gates:
      - { id: time, title: Time, value: steps.pause.waitedMs, atMost: 5000, hard: false }
      - { id: code, value: steps.tests.exitCode, equals: 0, waivableBy: cto }
    approval: { when: after, needs: [{ role: cto, count: 2 }], expires: 1h, onReject: R1 }
    onFail: { attempts: 2, rollback: R1, then: ask, ask: { role: cto, expires: 1h } }
  - id: open
    owner: [lead, cto]
    when: phases.look.steps.pause.waitedMs > 0
    mayOmit: { by: cto }
    checklist: [{ id: seen, text: Seen., role: lead }]
    steps: [{ id: flag, uses: file.copy, with: { from: a, to: b }, undo: [{ uses: wait, with: { for: 1s } }] }]
    onFail: { then: { return: look } }
decisions: [{ id: go, title: Go, requires: [look, open], approval: { role: cto, question: 'Go?' } }]
rollbacks: { R1: { title: Back, undo: phase, steps: [{ id: say, uses: command.run, effect: none, with: { argv: [ls] } }] } }
schedules:
  - { id: daily, preflight: true, cron: '0 3 * * *', timezone: Europe/Berlin, catchUp: 1m }
rehearsal:
  timeScale: 10
  answers: { 'look.after': { vote: approve } }
`;
/** What is said of the bad value itself. */
const OF_THE_VALUE =
  /must be|unknown key|missing|cannot be|too (small|short)|default of|names no role|has either|asked 'strange'|'R1'/;
/** What only the later checks find, far from what the schema refuses. */
const LATER = "there is no role 'nobody'";

const json: z.ZodType<Json> = z.json();
const rich = z.looseObject({ phases: z.array(z.record(z.string(), json)) });
type Rich = z.infer<typeof rich>;
const copy = (): Rich => rich.parse(parse(RICH));
const found = (value: unknown) => {
  const { problems = [], partial } = loadRunbook(stringify(value), 'rich.yaml', kinds);
  return { messages: problems.map(({ message }) => message), partial };
};
const LAST_PHASE = { id: 'last', owner: 'nobody', steps: [{ id: 'p', uses: 'wait', with: { for: '1s' } }] };
function withLater(value: Rich): Rich {
  value.phases.push(structuredClone(LAST_PHASE));
  return value;
}

/** Every place below a value, but what belongs to a kind. */
function places(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object' || path.at(-1) === 'with' || path.at(-1) === 'variables') return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return [at, ...places(inner, at)];
  });
}
function changed(path: (string | number)[], wrong: Json): unknown {
  const document = parseDocument(stringify(withLater(copy())));
  document.setIn(path, wrong);
  return document.toJS();
}

test('the runbook is in order, but for what only the later checks find', () => {
  expect(found(copy()).messages).toEqual([]);
  expect(found(withLater(copy())).messages).toEqual([LATER]);
});

describe('one bad value anywhere hides nothing else, and makes nothing else wrong', () => {
  const all = places(json.parse(parse(RICH))).filter((path) => path[0] !== 'phases' || path.length > 1);
  test.each<[string, Json]>([
    ['a map of something else', { strange: { deep: 1 } }],
    ['a number', -1.5],
  ])('%s', (name, wrong) => {
    // Each place has one of the two; where all is asked for, both.
    const which = name === 'a number' ? 1 : 0;
    const tried = process.env.GOLIVE_ALL ? all : all.filter((_, index) => index % 2 === which);
    const odd = tried.flatMap((path) => {
      const { messages, partial } = found(changed(path, wrong));
      const told = messages.filter((message) => message !== LATER && !OF_THE_VALUE.test(message));
      // Where roles cannot be read, nobody knows whether there is that one, and that is said.
      const later = messages.includes(LATER) || (path[0] === 'roles' && partial === true);
      return later && told.length === 0 ? [] : [`${path.join('.')}: ${messages.join(' | ')}`];
    });
    expect(odd).toEqual([]);
  });
});

test('what the schema hides of itself is told as well: below a misspelt key, and in two forms at once', () => {
  const value = withLater(copy());
  const [look, open] = value.phases;
  if (!look || !open) throw new Error('no phases');
  // All of a phase below a key that is not one: it is looked at as what it is meant for.
  look.stpes = [...(Array.isArray(look.steps) ? look.steps : []), { id: 'x', uses: 'http.chek', with: {} }];
  delete look.steps;
  open.owner = 5;
  const { messages, partial } = found(value);
  expect(messages).toEqual([
    "unknown key 'stpes'",
    "there is no step kind 'http.chek'",
    "'owner' must be a text, but is a number",
    LATER,
  ]);
  expect(partial).toBe(false);
});

test('who names what lost its id is not called wrong, and more may show', () => {
  const value = withLater(copy());
  Object.assign(value.phases[0] ?? {}, { id: 'Look It' });
  const { messages, partial } = found(value);
  expect(messages).toEqual([expect.stringContaining(`'id' cannot be "Look It"`), LATER]);
  expect(partial).toBe(true);
});

test('a key that stands twice hides nothing but its second value', () => {
  const text = stringify(withLater(copy())).replace('title: Rich', 'title: Rich\ntitle: Richer');
  const { problems, partial } = loadRunbook(text, 'rich.yaml', kinds);
  expect(problems?.map(({ message }) => message)).toEqual([LATER, 'this key stands twice']);
  expect(partial).toBe(true);
});

test.each([
  ['no YAML', 'schema: [', true],
  ['an alias', 'a: &b 1\nc: *b', true],
  ['no map', '- a', true],
])('%s: not all could be looked at', (_name, text, partial) => {
  expect(loadRunbook(text, 'rich.yaml', kinds).partial).toBe(partial);
});

test('a place in a list is called by its list, and what is wrong says what to write', () => {
  const value = copy();
  value.notices = [{ on: ['waiting', 'nogo'], with: { kind: 'webhook', url: { env: 'HOOK' } } }];
  value.schedules = [
    {
      id: 's',
      preflight: true,
      every: '1h',
      blackouts: [{ from: '2026-12-24', to: '2026-12-25T00:00:00Z', why: 'x' }],
    },
  ];
  value.phases.push({ id: 'bad', gates: [{ id: 'g', value: 'phases.look.steps.pause.waitedMs +', within: [0, 'x'] }] });
  const { problems = [] } = loadRunbook(stringify(value), 'rich.yaml', kinds);
  expect(problems.map(({ message, hint }) => `${message}. ${hint}`)).toEqual([
    expect.stringMatching(/^the expression ends where more is wanted. Write it whole: /),
    `'within[1]' must be a number, but is a text. Write it without quotes, e.g. 5 or 0.7.`,
    `'on[1]' cannot be "nogo". Did you mean 'no-go'?`,
    `'from' cannot be "2026-12-24": it is not a date and time with a zone, e.g. 2026-12-24T18:00:00+01:00. ` +
      'Write a date and time with a zone, e.g. 2026-12-24T18:00:00+01:00.',
  ]);
});

test('a limit that is no number says where what is computed stands', () => {
  const value = copy();
  value.phases.push({ id: 'bad', gates: [{ id: 'g', value: '1 + 1', atMost: 'inputs.most' }] });
  const { problems = [] } = loadRunbook(stringify(value), 'rich.yaml', kinds);
  expect(problems.map(({ message, hint }) => `${message}. ${hint}`)).toEqual([
    "'atMost' must be a number, but is a text. A number; what is computed stands in `value`, e.g. `a - b`, or in `baseline`.",
  ]);
});

test('golive.yaml, too, is looked at as a whole', () => {
  const text = 'people: { Ada: { roles: [cto] }, ada: { roles: [sre] } }\nfolders: [5]\nnetwrk: {}\n';
  const { problems = [], partial } = loadProject(text, 'golive.yaml');
  expect(problems.map(({ message }) => message).toSorted()).toEqual([
    "'ada' and 'Ada' are one person",
    "'allow' is missing",
    "'folders[0]' must be a text, but is a number",
    "unknown key 'netwrk'",
  ]);
  expect(partial).toBe(false);
});

test('where no stand-in is taken, nothing is mended', () => {
  const never = z.object({ odd: z.string().refine(() => false, 'never') });
  expect(mend(never, specOf(never, 'input'), { odd: 'x' })).toBeUndefined();
});
