import { describe, expect, test } from '@jest/globals';
import { hostAndPort, mayReach } from '../../../../model/plan/reach.js';
import { hostEntry } from '../../../../model/schema/format/allow.js';
import { planRunbook } from '../../../../model/schema/plan/planner.js';
import { request } from '../../../kits/release-plan.js';

const book = (allow: object, steps: readonly object[]) => ({
  schema: 1,
  id: 'allow',
  title: 'Allow',
  roles: { lead: 'Lead' },
  inputs: { url: { type: 'url' }, tool: { type: 'string', default: 'make' } },
  allow,
  phases: [{ id: 'one', steps }],
});
const get = { id: 'get', uses: 'http.check', with: { url: '${{ inputs.url }}/x' } };
const run = { id: 'run', uses: 'command.run', effect: 'none', with: { argv: ['${{ inputs.tool }}'] } };

describe('what an input names', () => {
  test('is held to the lists of the runbook when the plan is made, with the line to add', () => {
    const refused = planRunbook(
      request({ inputs: { url: 'http://b.example' } }, book({ hosts: ['a.example'], commands: [] }, [get, run])),
    );
    expect(refused.problems).toEqual([
      {
        message: 'A step of http.check reaches b.example, which `allow.hosts` of the runbook does not list.',
        hint: 'Add it if the step is right: allow: { hosts: [a.example, b.example] }.',
      },
      {
        message: 'A step of command.run starts make, which `allow.commands` of the runbook does not list.',
        hint: 'Add it if the step is right: allow: { commands: [make] }.',
      },
    ]);
  });

  test('stands in the plan where it is listed, and so do the lists', () => {
    const { plan } = planRunbook(
      request({ inputs: { url: 'http://a.example' } }, book({ hosts: ['a.example'], commands: ['make'] }, [get, run])),
    );
    expect(plan).toMatchObject({ commands: ['make'], network: { hosts: ['a.example'], only: ['a.example'] } });
  });
});

test.each<[string, string[], string]>([
  ['http://a.example:80/x', ['a.example:443'], 'a.example:80'],
  ['http://[::1]:80/x', ['[::1]:443'], '[::1]:80'],
  ['http://a.example:80/x', ['b.example:443'], 'a.example'],
  ['http://[::1]:80/x', [], '::1'],
])('the line to add for %s beside %j has what the list lacks: %s', (url, hosts, entry) => {
  const [problem] = planRunbook(request({ inputs: { url } }, book({ hosts }, [get]))).problems ?? [];
  expect(problem?.message).toContain(`reaches ${entry}, which`);
  const [, line = ''] = /allow: \{ hosts: \[(.*)\] \}/.exec(problem?.hint ?? '') ?? [];
  // What it says to add is what lets it go on.
  const added = line.split(', ').map((one) => one.replaceAll("'", ''));
  expect(planRunbook(request({ inputs: { url } }, book({ hosts: added }, [get]))).problems ?? []).toEqual([]);
});

test.each(['a.example:', ':80', 'a.example:0', 'a.example:99999', '[::1', 'a:b', '[::1]:'])(
  '%s is no entry',
  (entry) => {
    expect(hostEntry.safeParse(entry).success).toBe(false);
  },
);
test.each(['a.example', 'a.example.:80', '::1', '[::1]', '[::1]:80', '10.0.0.1:5432', 'fe80::1'])(
  '%s is one',
  (entry) => {
    expect(hostEntry.safeParse(entry).success).toBe(true);
  },
);

describe('an entry of the runbook', () => {
  const network = { hosts: ['plan.example', '::1', 'localhost'], allow: ['listed.example', '169.254.169.254'] };
  test.each<[string, string[], boolean]>([
    ['plan.example', ['plan.example'], true],
    ['listed.example', ['listed.example'], true],
    ['169.254.169.254', ['plan.example'], false],
    ['plan.example', [], false],
    ['plan.example', ['plan.example:443'], false],
    ['plan.example', ['plan.example:80'], true],
    ['wide.example', ['wide.example'], false],
    ['plan.example.', ['PLAN.example.:80'], true],
    ['plan.example', ['plan.example.:80'], true],
    ['plan.example', ['plan.example.:443', 'plan.example'], true],
    ['[::1]', ['[::1]:80'], true],
    ['::1', ['[::1]:80'], true],
    ['::1', ['[::1]:443'], false],
    ['::1', ['::1'], true],
    ['localhost', ['localhost.:80'], true],
  ])('narrows and never widens: %s with %j is reached: %s', (host, only, reached) => {
    expect(mayReach(host, 80, { ...network, only })).toBe(reached);
  });
});

test.each([
  ['https://User:p%40@A.Example.:8443/x:9', 'a.example', 8443],
  ['http://[::1]:80/', '::1', 80],
  ['redis://cache', 'cache', undefined],
  ['db', 'db', undefined],
  ['db:5432', 'db', 5432],
  ['[::1]', '::1', undefined],
  ['::1', '::1', undefined],
  ['https://a@a:1/', 'a', 1],
])('%s is host %s, port %s', (text, host, port) => {
  expect(hostAndPort(text)).toEqual({ host, port });
});
