import { describe, expect, test } from '@jest/globals';
import { Findings } from '../../../evidence/verify/finding.js';
import { checkGates } from '../../../evidence/verify/gates.js';
import { checkRights } from '../../../evidence/verify/rights.js';
import { type LoggedEvent, readEvent } from '../../../model/evidence/logged-event.js';
import type { JsonObject } from '../../../model/json.js';
import { recompute } from '../../../model/judge/recompute.js';
import { waiveGate } from '../../../model/judge/waiver.js';
import { addressText, asId } from '../../../model/plan/address.js';
import { initialState } from '../../../model/state/initial-state.js';
import { approval, gate, phase, plan, step } from '../../kits/plans.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const accept = approval('one.after', { when: 'after' });
const waivers = { by: ['cto'], atMostMs: 3_600_000, distinct: false };
const made = plan([phase('one', [step('a')], { gates: [gate('lat', 'steps.a.n', 5)], approvals: [accept] })], {
  waivers,
});

const line = {
  began: { type: 'phase.started', phase: 'one', attempt: 1, time: at(1) },
  step: { type: 'step.started', phase: 'one', phaseAttempt: 1, step: 'a', epoch: 1, kind: 'fake.act', title: 'a' },
  done: { type: 'step.done', phase: 'one', phaseAttempt: 1, step: 'a', epoch: 1, outputs: { n: 1 } },
  asked: { type: 'approval.asked', approval: 'one.after', question: '?', digest: '', expiresAt: at(59), time: at(6) },
  passed: { type: 'phase.passed', phase: 'one', attempt: 1, sentence: 'So.', time: at(30) },
} satisfies Record<string, JsonObject>;
const ran: JsonObject[] = [line.began, line.step, line.done];

/** What is found of a phase whose one gate failed and passed under a waiver of Ada, given and over at these times. */
async function found(
  waived: { given: number; until: number; gate?: string; heardOf?: string; heardAt?: number },
  log: JsonObject[],
) {
  const { given, until, gate: address = 'one.lat', heardOf = address, heardAt = given } = waived;
  const [phaseId, part] = address.split('.');
  const says = { by: 'Ada', role: 'cto', reason: 'known', until: at(until) };
  const waiver = { ...says, gate: addressText({ phase: asId(phaseId ?? ''), part: asId(part ?? '') }), at: at(given) };
  const heard = { type: 'message.waive', via: 'update', said: { ...says, gate: heardOf }, time: at(heardAt) };
  const events: LoggedEvent[] = log
    .map((one) => (one.type === 'waiver' ? heard : one))
    .map((one, seq) => readEvent(seq, one));
  const state = initialState(made, 'd', 'w', 'Sam', at(0));
  const again = recompute(made, at(0), events);
  state.waivers = [{ ...waiver, used: true }];
  const gates = (again.attempts[0]?.gates ?? []).map((one) => waiveGate(one, { ...waiver, used: true }));
  Object.assign(state.phases[0] ?? {}, { status: 'passed', verdict: 'waived', attempt: 1, gates });
  const findings = new Findings();
  checkGates(again, { plan: made, startedBy: 'Sam', state }, events, findings);
  await checkRights({ plan: made, startedBy: 'Sam', state }, events, findings);
  return findings.list.map(({ item, message }) => `${item} ${message}`);
}

const WAIVER: JsonObject = { type: 'waiver' };

describe('a gate passes under a waiver that stood', () => {
  test.each<[string, Parameters<typeof found>[0], JsonObject[]]>([
    ['when its phase passed', { given: 2, until: 40 }, [...ran, WAIVER, line.passed]],
    ['given before its phase began', { given: 0, until: 40 }, [WAIVER, ...ran, line.passed]],
    [
      'when its results were asked about, and over as it passed',
      { given: 2, until: 20 },
      [...ran, WAIVER, line.asked, line.passed],
    ],
  ])('%s', async (_name, waived, log) => {
    expect(await found(waived, log)).toEqual([]);
  });
});

describe('a gate does not pass under a waiver', () => {
  test.each<[string, Parameters<typeof found>[0], JsonObject[], RegExp]>([
    [
      'given after it passed',
      { given: 35, until: 50 },
      [...ran, line.passed, WAIVER],
      /when that waiver did not stand/,
    ],
    [
      'given after its results were asked about',
      { given: 7, until: 50 },
      [...ran, line.asked, WAIVER, line.passed],
      /did not stand/,
    ],
    [
      'over before it passed once more, as a workflow that was sent back says it',
      { given: 2, until: 40 },
      [...ran, WAIVER, line.passed, ...ran, { ...line.passed, time: at(50) }],
      /did not stand/,
    ],
    ['over before it passed', { given: 2, until: 20 }, [...ran, WAIVER, line.passed], /did not stand/],
    [
      'over before its results were asked about',
      { given: 2, until: 5 },
      [...ran, WAIVER, line.asked, line.passed],
      /did not stand/,
    ],
    [
      'of another phase’s gate of that name',
      { given: 2, until: 40, gate: 'two.lat' },
      [...ran, WAIVER, line.passed],
      /no waiver of it/,
    ],
    [
      'of a gate whose name ends with its name',
      { given: 2, until: 40, gate: 'zone.lat' },
      [...ran, WAIVER, line.passed],
      /no waiver of it/,
    ],
    [
      'that was heard at another time',
      { given: 2, until: 40, heardAt: 1 },
      [...ran, WAIVER, line.passed],
      /at another time/,
    ],
    [
      'that was heard as one of another gate',
      { given: 2, until: 40, heardOf: 'zone.lat' },
      [...ran, WAIVER, line.passed],
      /knows nothing of the waiver of Ada/,
    ],
    ['that stands longer than a waiver may', { given: 2, until: 90 }, [...ran, WAIVER, line.passed], /at most/],
  ])('%s', async (_name, waived, log, words) => {
    expect((await found(waived, log)).join('\n')).toMatch(words);
  });
});
