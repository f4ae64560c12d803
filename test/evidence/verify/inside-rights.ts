import { addressText, readAddress } from '../../../model/plan/address.js';
import type { Attack } from './outside.js';

const waiverOf = (gate: string, at: string) => ({
  gate: addressText(readAddress(gate)),
  by: 'Ada',
  role: 'cto',
  reason: 'known',
  at,
  until: new Date(Date.parse(at) + 3_600_000).toISOString(),
  used: false,
});

/** What people let pass, left out and started, without the right to it. */
export const RIGHTS: Attack[] = [
  [
    'a waiver that nobody may give',
    13,
    (bundle) => bundle.state((state) => void state.waivers.push(waiverOf('measure.share', state.startedAt))),
    'is waived, and may not be so',
  ],
  [
    'a waiver that the log never heard',
    13,
    (bundle) => bundle.state((state) => void state.waivers.push(waiverOf('measure.share', state.startedAt))),
    'the event log knows nothing of the waiver',
  ],
  [
    'a phase omitted that is required',
    13,
    (bundle) =>
      bundle.state((state) => {
        const omitted = { by: 'Ada', role: 'cto', reason: 'late', at: state.startedAt };
        Object.assign(state.phases[0] ?? {}, { status: 'skipped', omitted });
      }),
    'is omitted, and may not be so',
  ],
  [
    'a phase skipped by nobody',
    13,
    (bundle) => bundle.state((state) => void Object.assign(state.phases[0] ?? {}, { status: 'skipped' })),
    'neither the runbook nor a person left it out',
  ],
  [
    'a tick by somebody who does not hold its role',
    13,
    (bundle) => bundle.state((state) => void Object.assign(state.checklist[0] ?? {}, { by: 'Ada' })),
    "is ticked, and may not be so: Ada does not hold the role 'sre'",
  ],
  [
    'a tick in another role',
    13,
    (bundle) => bundle.state((state) => void Object.assign(state.checklist[0] ?? {}, { by: 'Ada', role: 'cto' })),
    'is ticked as cto, and is for another role',
  ],
  [
    'a tick that the log never heard',
    13,
    (bundle) => bundle.events((events) => events.filter(({ type }) => type !== 'message.tick')),
    'the event log knows nothing of the tick',
  ],
  [
    'a choice by somebody without the role',
    13,
    (bundle) =>
      bundle.state((state) => {
        const about = addressText(readAddress('measure'));
        state.operator.push({ at: state.startedAt, choice: 'continue', by: 'Cy', role: 'cto', about });
      }),
    "'continue' was chosen, and may not be so: Cy does not hold the role 'cto'",
  ],
  [
    'started under another name',
    13,
    (bundle) => {
      bundle.json<{ startedBy: string }>('data/plan.json', (started) => void (started.startedBy = 'Ada'));
      bundle.state((state) => void (state.startedBy = 'Ada'));
    },
    'its statement says another by',
  ],
  [
    'a plan that says it comes from a schedule, and asks people',
    13,
    (bundle) => bundle.plan((plan) => void (plan.schedule = { id: 'nightly' })),
    'asks people',
  ],
  [
    'a plan whose schedule may look only',
    13,
    (bundle) => bundle.plan((plan) => void (plan.schedule = { id: 'nightly', preflight: true })),
    'begin nothing',
  ],
];
