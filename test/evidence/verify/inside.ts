import { execFileSync } from 'node:child_process';
import type { Json, JsonObject } from '../../../model/json.js';
import { addressText, asId } from '../../../model/plan/address.js';
import { RIGHTS } from './inside-rights.js';
import type { Attack } from './outside.js';

/** The log, with the phase taken back before the decision and begun once more. */
function begunAgain(events: JsonObject[], passed: boolean): JsonObject[] {
  const at = events.findIndex(({ type }) => type === 'decision');
  const again = events
    .filter(({ type }) => type === 'phase.started' || (passed && type === 'phase.passed'))
    .map((event) => ({ ...event, attempt: 2 }));
  return events.toSpliced(at, 0, { type: 'phase.taken-back', phase: 'measure', attempt: 1, rollback: 'R1' }, ...again);
}

/** For both: the second verifier knows waivers, and the first says what is wrong with this one. */
const OTHER_WAIVER: Attack = [
  'a gate under the waiver of another phase’s gate',
  13,
  (bundle) =>
    bundle.state((state) => {
      const gate = state.phases[0]?.gates[0];
      if (!gate) return;
      const waiver = { by: 'Ada', role: 'cto', reason: 'known', until: '2100-01-01T00:00:00.000Z' };
      Object.assign(gate, { verdict: 'waived', waiver });
      const other = addressText({ phase: asId('elsewhere'), part: gate.id });
      state.waivers.push({ ...waiver, gate: other, at: state.startedAt, used: true });
    }),
  'no waiver of it stands',
];

/** By somebody who holds the worker's key: only the rules themselves are left to catch it. */
export const INSIDE: Attack[] = [
  ['sealed again as it is', 0, () => undefined],
  ['unsealed, with the key', 11, (bundle) => bundle.events((events) => events.filter(({ type }) => type !== 'sealed'))],
  [
    'a gate’s value changed',
    13,
    (bundle) => bundle.state((state) => void Object.assign(state.phases[0]?.gates[0] ?? {}, { value: 0.99 })),
  ],
  ['a gate left out', 13, (bundle) => bundle.state((state) => void state.phases[0]?.gates.pop())],
  [
    'the figure changed in the log',
    13,
    (bundle) =>
      bundle.events((events) => {
        for (const event of events)
          if (event.step === 'figures' && event.type === 'step.done')
            event.outputs = { rows: 6, values: { share: 1, n: 6 } };
      }),
  ],
  [
    'the threshold lowered',
    13,
    (bundle) => bundle.plan((plan) => void Object.assign(plan.phases[0]?.gates[0]?.limit ?? {}, { threshold: 0.1 })),
  ],
  [
    'the quorum lowered',
    13,
    (bundle) => bundle.plan((plan) => void Object.assign(plan.decisions[0]?.approval?.needs[0] ?? {}, { count: 1 })),
  ],
  ['a vote stripped', 13, (bundle) => bundle.state((state) => void state.approvals[0]?.votes.pop())],
  [
    'a vote unsigned',
    13,
    (bundle) =>
      bundle.state((state) => {
        const vote = state.approvals[0]?.votes[1];
        if (vote) for (const name of ['statement', 'signature', 'principal', 'key'] as const) delete vote[name];
      }),
  ],
  [
    'one vote’s signature under another name',
    13,
    (bundle) =>
      bundle.state((state) => {
        const [one, two] = state.approvals[0]?.votes ?? [];
        if (one && two) Object.assign(two, { statement: one.statement, signature: one.signature, key: one.key });
      }),
  ],
  [
    'a broken signature',
    12,
    (bundle) =>
      bundle.state((state) => {
        const vote = state.approvals[0]?.votes[0];
        if (vote?.signature)
          vote.signature = `${vote.signature.slice(0, 200)}${vote.signature[200] === 'A' ? 'B' : 'A'}${vote.signature.slice(201)}`;
      }),
  ],
  [
    'a changed statement',
    13,
    (bundle) =>
      bundle.state((state) => {
        const vote = state.approvals[0]?.votes[0];
        if (vote?.statement) vote.statement = vote.statement.replace('"role":"cto"', '"role":"sre"');
      }),
  ],
  [
    'the nonce of another asking',
    13,
    (bundle) => bundle.state((state) => void Object.assign(state.approvals[0] ?? {}, { nonce: 'n' })),
  ],
  [
    'GO over a phase that the log says was taken back',
    13,
    (bundle) =>
      bundle.events((events) => {
        const at = events.findIndex(({ type }) => type === 'decision');
        const attempt = { phase: 'measure', attempt: 1 };
        return events.toSpliced(at, 0, { type: 'phase.taken-back', ...attempt, rollback: 'R1' });
      }),
  ],
  [
    'GO over an attempt that was taken back, and another that passed since',
    13,
    (bundle) => bundle.events((events) => begunAgain(events, true)),
  ],
  [
    'GO over an attempt that was begun since, and has not passed',
    13,
    (bundle) => {
      bundle.events((events) => begunAgain(events, false));
      bundle.state((state) => void Object.assign(state.phases[0] ?? {}, { attempt: 2 }));
    },
  ],
  OTHER_WAIVER,
  ['the verdict turned', 13, (bundle) => bundle.state((state) => void (state.verdict = 'no-go'))],
  [
    'a decision turned',
    13,
    (bundle) => bundle.state((state) => void Object.assign(state.decisions[0] ?? {}, { verdict: 'no-go' })),
  ],
];

/** Fields of known events, with values of another type. */
const WRONG: [type: string, field: string, value: Json][] = [
  ['phase.started', 'attempt', '1'],
  ['step.started', 'inputs', 7],
  ['step.done', 'outputs', [0.99]],
  ['message.approve', 'said', 'yes'],
  ['approval.asked', 'digest', null],
  ['decision', 'verdict', 'fine'],
  ['decision', 'time', 0],
  ['verdict', 'rollbackIncomplete', 'no'],
  ['go-live.started', 'timeScale', '1'],
];

/** Seen only by judging again what the second verifier, in its few lines, does not. */
export const DEEP: Attack[] = [
  ...(['{}', '[]', '{\n  "plan": []\n}'] as const).map(
    (text): Attack => [
      `a plan file that holds ${text.replaceAll(/\s+/g, '')}`,
      10,
      (bundle) => bundle.write('data/plan.json', `${text}\n`),
      'is not JSON as golive writes it',
    ],
  ),
  OTHER_WAIVER,
  [
    'the raw figures changed',
    13,
    (bundle) => {
      const file = 'data/phases/measure.1/figures/source.csv';
      bundle.write(file, bundle.text(file).replace('0', '1'));
      bundle.events((events) => {
        for (const event of events) {
          for (const ref of (event.evidence ?? []) as { path: string; sha256: string }[]) {
            if (ref.path.endsWith('source.csv'))
              ref.sha256 = execFileSync('sha256sum', [bundle.path(file)], { encoding: 'utf8' }).slice(0, 64);
          }
        }
      });
    },
  ],
  [
    'a step run with another input',
    13,
    (bundle) =>
      bundle.events((events) => {
        for (const event of events)
          if (event.step === 'say' && event.type === 'step.started') event.inputs = '0'.repeat(64);
      }),
  ],
  [
    'a vote from before the question',
    13,
    (bundle) =>
      bundle.state(
        (state) => void Object.assign(state.approvals[0]?.votes[0] ?? {}, { at: '2020-01-01T00:00:00.000Z' }),
      ),
  ],
  ...WRONG.map(([type, field, value]): Attack => {
    const change: Attack[2] = (bundle) =>
      bundle.events((events) => {
        for (const event of events) if (event.type === type) event[field] = value;
      });
    return [
      `a ${type} whose ${field} is ${JSON.stringify(value)}`,
      13,
      change,
      `is no ${type} as golive writes it: field ${field}`,
    ];
  }),
  [
    'a field left out',
    13,
    (bundle) => bundle.events((events) => events.forEach((event) => event.type === 'verdict' && delete event.sentence)),
    'is no verdict as golive writes it: field sentence',
  ],
  ...(
    [
      ['plan', '0'.repeat(64)],
      ['runbook', '0'.repeat(64)],
      ['by', 'Ada'],
      ['mode', 'rehearse'],
    ] as const
  ).map(([field, value]): Attack => {
    const change: Attack[2] = (bundle) =>
      bundle.events((events) => {
        for (const event of events) if (event.type === 'go-live.started') event[field] = value;
      });
    return [`a begin with another ${field}`, 13, change, `says another ${field} than plan and state`];
  }),
  [
    'a begin left out',
    13,
    (bundle) => bundle.events((events) => events.filter(({ type }) => type !== 'go-live.started')),
    'does not say that the go-live began',
  ],
  ['a tick taken away', 13, (bundle) => bundle.state((state) => void delete state.checklist[0]?.at)],
  ['a tick unsigned', 13, (bundle) => bundle.state((state) => void delete state.checklist[0]?.signed)],
  ['the start unsigned', 13, (bundle) => bundle.state((state) => void delete state.startedProof)],
  ['another starter', 13, (bundle) => bundle.state((state) => void (state.startedBy = 'Ada')), 'names another starter'],
  [
    'a vote that the log never heard',
    13,
    (bundle) => bundle.events((events) => events.filter(({ type }) => type !== 'message.approve')),
  ],
  [
    'a role that is not held',
    13,
    (bundle) => bundle.plan((plan) => void Object.assign(plan.people ?? {}, { Bo: ['sre'] })),
  ],
  ['another workflow', 14, (bundle) => bundle.state((state) => void (state.workflowId = 'elsewhere'))],
  [
    'another plan named by the state',
    13,
    (bundle) => bundle.state((state) => void (state.planDigest = '0'.repeat(64))),
    'names another plan',
  ],
  [
    'a digest that is not the plan’s',
    13,
    (bundle) => {
      bundle.json<{ digest: string }>('data/plan.json', (started) => void (started.digest = '0'.repeat(64)));
      bundle.state((state) => void (state.planDigest = '0'.repeat(64)));
    },
    'is not the plan that its digest names',
  ],
  ['another go-live', 13, (bundle) => bundle.state((state) => void (state.id = 'shop/c2')), 'is of another go-live'],
  ['another mode', 13, (bundle) => bundle.state((state) => void (state.mode = 'rehearse')), 'is of another go-live'],
  [
    'another runbook',
    13,
    (bundle) => bundle.write('data/runbook.yaml', `${bundle.text('data/runbook.yaml')}# harmless\n`),
    'is not the planned one',
  ],
  [
    'the state as golive does not write it',
    10,
    (bundle) => bundle.write('data/state.json', JSON.stringify(JSON.parse(bundle.text('data/state.json')))),
    'is not JSON as golive writes it',
  ],
  [
    'another verdict in the log',
    13,
    (bundle) =>
      bundle.events((events) => {
        for (const event of events) if (event.type === 'verdict') event.verdict = 'no-go';
      }),
    'is not the one in the event log',
  ],
  [
    'a step that the log never did',
    13,
    (bundle) => bundle.events((events) => events.filter(({ type, step }) => type !== 'step.done' || step !== 'say')),
    'is done by the state, and the log does not say so',
  ],
  [
    'a step not done in a phase that passed',
    13,
    (bundle) => bundle.state((state) => void Object.assign(state.phases[0]?.steps[0] ?? {}, { status: 'failed' })),
    'is failed, and its phase passed',
  ],
  ...RIGHTS,
];
