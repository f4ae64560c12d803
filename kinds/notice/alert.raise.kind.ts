import { alertFacts } from './alert-fields.js';
import { defineKind } from '../../model/schema/format/kind.js';

export const alertRaise = defineKind({
  title: 'Raise an alert',
  about: 'Tells of an incident once: while it is open, further raises are counted and say nothing.',
  ...alertFacts,
  example: `id: alert
uses: alert.raise
with:
  incident: health-contract
  state: state/alerts.json
  send: { kind: slack, url: { env: SLACK_WEBHOOK } }
  text: The agent has not reported for 90 minutes.
`,
  sample: { sent: true, open: true, seen: 1, since: '2026-11-21T08:00:00.000Z' },
});
