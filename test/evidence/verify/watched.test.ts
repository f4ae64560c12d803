import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { sha256 } from '../../../evidence/durable.js';
import { type Trust, verifyBundle } from '../../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { SampleRecord } from '../../../model/judge/window.js';
import { Bundle } from '../../kits/bundles.js';
import { testSealer } from '../../kits/sealer.js';
import { makeWatched, type Watched } from '../../kits/watched-bundle.js';

let made: Watched;
let trust: Trust;
beforeAll(async () => {
  made = await makeWatched();
  trust = { keys: [testSealer({ privateKey: made.key, publicKey: createPublicKey(made.key) }).key.fingerprint] };
}, 180_000);
afterAll(() => made?.close(), 60_000);

const copies: Bundle[] = [];
afterAll(() => {
  for (const copy of copies) copy.remove();
});

/** The records of a step as somebody would like them, with every hash that speaks of them. */
function records(step: string, change: (all: SampleRecord[]) => SampleRecord[]): (bundle: Bundle) => void {
  return (bundle) => {
    const file = `phases/watch.1/${step}/samples.jsonl`;
    const before = bundle.text(`data/${file}`).trimEnd().split('\n');
    const after = change(before.map((line) => JSON.parse(line) as SampleRecord));
    const text = after.map((record) => `${JSON.stringify(record)}\n`).join('');
    bundle.write(`data/${file}`, text);
    const fits = (refs: unknown): void => {
      for (const ref of (refs ?? []) as { path: string; sha256: string; bytes: number }[])
        if (ref.path === file) Object.assign(ref, { sha256: sha256(text), bytes: Buffer.byteLength(text) });
    };
    bundle.events((events) => events.forEach(({ evidence }) => fits(evidence)));
    bundle.state((state) => state.phases.forEach((phase) => phase.steps.forEach(({ evidence }) => fits(evidence))));
  };
}

/** What a window came to, told otherwise in log and state, and the gate over it with them. */
function tallied(step: string, tally: Record<string, number>, gate?: [string, number]): (bundle: Bundle) => void {
  return (bundle) => {
    bundle.events((events) => {
      for (const event of events)
        if (event.type === 'step.done' && event.step === step) Object.assign(event.outputs as object, tally);
    });
    bundle.state((state) => {
      const [phase] = state.phases;
      Object.assign(phase?.steps.find(({ id }) => id === step)?.outputs ?? {}, tally);
      if (gate) Object.assign(phase?.gates.find(({ id }) => id === gate[0]) ?? {}, { value: gate[1] });
    });
  };
}

type Change = (bundle: Bundle) => void;
const FIGURES = /its raw records give other figures than the log/;
const ATTACKS: [string, RegExp, ...Change[]][] = [
  [
    'a red sample called green',
    /slot 1 is not green/,
    records('rough', ([one, ...rest]) => (one ? [{ ...one, outcome: 'green' }, ...rest] : [])),
  ],
  [
    'a sample with no outputs called green',
    /slot 1 is not green/,
    records('calm', ([one, ...rest]) => (one ? [{ n: 1, due: one.due, at: one.at, outcome: 'green' }, ...rest] : [])),
  ],
  [
    'a green sample called missed',
    FIGURES,
    records('calm', (all) => all.map((one) => ({ ...one, outcome: 'missed' }))),
  ],
  ['a slot left out', /slot 2 is missing/, records('rough', (all) => all.toSpliced(1, 1))],
  ['a slot twice', /slot 2 is missing/, records('rough', (all) => all.toSpliced(1, 0, ...all.slice(0, 1)))],
  ['two slots in another order', /slot 1 is missing/, records('rough', (all) => all.toReversed())],
  [
    'the last slot cut off',
    /the window was cut short: nothing was certain at slot 2 of 3/,
    records('rough', (all) => all.slice(0, -1)),
  ],
  [
    'a slot after the end',
    /slot 3 comes after the end/,
    records('calm', (all) => [...all, ...all.slice(-1).map((one) => ({ ...one, n: 3 }))]),
  ],
  [
    'a sample taken before it was due',
    /slot 2 was taken early/,
    records('rough', (all) => all.map((one) => (one.n === 2 ? { ...one, at: '2020-01-01T00:00:00.000Z' } : one))),
  ],
  [
    'a sample that was taken at no time',
    /slot 2 was taken early/,
    records('rough', (all) => all.map(({ at, ...one }) => (one.n === 2 ? one : { at, ...one }) as SampleRecord)),
  ],
  ['no records at all', /the window was cut short: nothing was certain at slot 0 of 3/, records('calm', () => [])],
  ['a longer streak in the log', FIGURES, tallied('calm', { streak: 7, longest: 7 }, ['calm', 7])],
  ['fewer red samples in the log', FIGURES, tallied('rough', { red: 0 }, ['rough', 0])],
  [
    'an easier window in the plan',
    /slot 1 is not red/,
    (bundle) =>
      bundle.plan((plan) => {
        const node = plan.phases[0]?.steps[1];
        if (node && 'window' in node && node.window) node.window.green = 'true';
      }),
  ],
  [
    'a rule that holds, logged as one that does not',
    /the rule of watch did not hold by the log, and judged again it holds/,
    (bundle) =>
      bundle.events((events) => {
        for (const event of events) if (event.type === 'approval.policy') event.holds = false;
      }),
  ],
  [
    'inputs for which the rule does not hold',
    /the rule of watch held by the log, and judged again it does not/,
    (bundle) => bundle.plan((plan) => void Object.assign(plan.inputs, { risk: 'high' })),
  ],
  [
    'another rule in the state',
    /by a rule that does not hold, or that the plan does not have/,
    (bundle) => bundle.state((state) => void Object.assign(state.approvals[0]?.policy ?? {}, { rule: 'true' })),
  ],
  [
    'a rule that the log never computed',
    /by a rule that does not hold/,
    (bundle) => bundle.events((events) => events.filter(({ type }) => type !== 'approval.policy')),
  ],
  [
    'an approval of nobody and by no rule',
    /its votes do not make it so/,
    (bundle) => bundle.state((state) => void delete state.approvals[0]?.policy),
  ],
];

async function judged(attack: readonly Change[]) {
  const bundle = Bundle.copyOf(made.bundle);
  copies.push(bundle);
  for (const change of attack) change(bundle);
  await bundle.reseal(made.key);
  return verifyBundle(bundle.root, trust, recomputeOutputs);
}

test('windows and a policy: sealed again as it is, the bundle is good', async () => {
  const { exitCode, findings, checks } = await judged([]);
  expect({ exitCode, findings }).toEqual({ exitCode: 0, findings: [] });
  expect(checks.map(({ what, count }) => `${what} ${count}`).join('\n')).toContain(
    'rules that approve, judged again 1\nfigures from the raw records 2',
  );
});

describe('attacks by the holder of the key on what was watched', () => {
  test.each(ATTACKS)('%s is caught', async (_name, words, ...attack) => {
    const { exitCode, findings } = await judged(attack);
    expect(exitCode).toBe(13);
    expect(findings.map(({ item, message }) => `${item} ${message}`).join('\n')).toMatch(words);
  });
});
