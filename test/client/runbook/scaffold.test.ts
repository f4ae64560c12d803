import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makePlan, openRunbook } from '../../../client/runbook/load.js';
import { writeScaffold } from '../../../client/runbook/scaffold.js';
import { buildContext } from '../../../model/expression/expression.js';
import { judgeGate } from '../../../model/judge/gate.js';
import type { Plan } from '../../../model/plan/plan.js';

let folder: string;
let plan: Plan;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'golive-new-'));
  const opened = await openRunbook(writeScaffold('shop-release', folder));
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
