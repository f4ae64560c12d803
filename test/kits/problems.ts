import { stringify } from 'yaml';
import { stepKinds } from '../../kinds/catalog.js';
import { loadRunbook } from '../../model/schema/load.js';

const BASE = {
  schema: 1,
  id: 'test',
  title: 'Test',
  roles: { lead: 'Lead' },
  phases: [{ id: 'one', owner: 'lead', steps: [{ id: 'pause', uses: 'wait', with: { for: '1s' } }] }],
};

/** What `golive validate` would say of a small runbook with these parts: each problem with its hint, on one line. */
export function problemsWith(parts: Readonly<Record<string, unknown>>): string[] {
  const { problems = [] } = loadRunbook(
    stringify({ ...BASE, ...parts }, { aliasDuplicateObjects: false }),
    'test.yaml',
    stepKinds,
  );
  return problems.map(({ message, hint }) => (hint === undefined ? message : `${message}: ${hint}`));
}

/** The same of one phase with these members. */
export function problemsInPhase(
  members: Readonly<Record<string, unknown>>,
  parts: Readonly<Record<string, unknown>> = {},
) {
  return problemsWith({ ...parts, phases: [{ ...BASE.phases[0], ...members }] });
}
