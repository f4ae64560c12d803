import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { stepKinds } from '../../../kinds/catalog.js';
import { loadRunbook } from '../../../model/schema/load.js';
import { planRunbook } from '../../../model/schema/plan/planner.js';

test('hosts of a plan: of inputs and target, and what steps, undos and probes reach; a text names none', () => {
  const call = (host: string) => ({ uses: 'tcp.check', with: { host, port: 1 } });
  const told = { uses: 'file.write', with: { path: 'a', content: 'http://told.example/' } };
  const deed = { uses: 'command.run', effect: 'once', with: { argv: ['curl', 'http://program.example/'] } };
  const probe = { ...call('probe.example'), done: 'it.connected', notDone: '!it.connected' };
  const steps = [
    { id: 'a', uses: 'http.check', with: { url: 'https://step.example/x' }, undo: [call('undo.example')] },
    { id: 'b', ...told },
    { id: 'c', ...deed, probe },
    { id: 'd', uses: 'http.check', with: { url: '${{ target.variables.api }}/healthz' } },
  ];
  const book = { schema: 1, id: 'hosts', title: 'Hosts', roles: { lead: 'Lead' }, phases: [{ id: 'one', steps }] };
  const { runbook, problems } = loadRunbook(stringify(book), 'hosts.yaml', stepKinds);
  expect(problems).toBeUndefined();
  if (!runbook) return;
  const { plan } = planRunbook({
    kinds: stepKinds,
    runbook,
    file: 'hosts.yaml',
    sha256: 'a'.repeat(64),
    inputs: {},
    target: { id: 'lab', variables: { api: 'http://target.example' } },
    change: 'c1',
    mode: 'rehearse',
    timeScale: 1,
    baseDir: '/books',
    evidenceDir: '/evidence',
  });
  expect(plan?.network?.hosts).toEqual(['probe.example', 'step.example', 'target.example', 'undo.example']);
});
