import { alertFacts } from './alert-fields.js';
import { defineKind } from '../../model/schema/format/kind.js';

export const alertClear = defineKind({
  title: 'Clear an alert',
  about: 'Tells once that an incident is over; says nothing when none is open.',
  ...alertFacts,
  example: `id: over
uses: alert.clear
with:
  incident: health-contract
  state: state/alerts.json
  send: { kind: slack, url: { env: SLACK_WEBHOOK } }
  text: The agent reports again.
`,
  sample: { sent: true, open: false, seen: 3, since: '' },
});
