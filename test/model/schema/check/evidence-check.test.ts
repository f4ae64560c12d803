import { describe, expect, test } from '@jest/globals';
import { problemsWith } from '../../../kits/problems.js';

const look = { id: 'look', uses: 'tcp.check', with: { host: '127.0.0.1', port: 9 } };
const phases = [{ id: 'a', owner: 'lead', steps: [look] }];
const state = (before: string) => ({ evidence: { states: [{ title: 'Port', before, after: 'a.look.ms' }] } });

test.each<[string, RegExp | undefined]>([
  ['a.look.ms', undefined],
  ['b.look.ms', /no phase 'b'/],
  ['a.lok.ms', /phase 'a' has no step 'lok': Did you mean 'look'/],
  ['a.look.mss', /step 'look' \(tcp.check\) gives no 'mss': Did you mean 'ms'/],
  ['a.look', /gives no ''/],
])('of before and after, %j is checked', (before, problem) => {
  expect(problemsWith({ phases, ...state(before) })).toEqual(problem ? [expect.stringMatching(problem)] : []);
});

test('an evidence file that no step leaves is found', () => {
  expect(problemsWith({ phases, evidence: { include: [{ file: 'x.json', from: 'a.look.nothing.json' }] } })).toEqual([
    expect.stringMatching(/leaves no evidence 'nothing.json'/),
  ]);
});

test('what answers a box is a gate, a step or an item of a checklist', () => {
  const checklist = [{ id: 'seen', text: 'Seen?', role: 'lead' }];
  const gates = [{ each: ['look'], gates: [{ id: 'fast', value: 'it.ms', atMost: 9 }] }];
  const boxes = (...by: string[]) => ({ evidence: { boxes: by.map((one) => ({ text: 'Box', by: one })) } });
  const made = [{ ...phases[0], checklist, gates }];
  expect(problemsWith({ phases: made, ...boxes('a.look', 'a.seen', 'a.look.fast') })).toEqual([]);
  expect(problemsWith({ phases: made, ...boxes('a.sen', 'b.look') })).toEqual([
    expect.stringMatching(/no gate, step or item 'a.sen': Did you mean 'seen'/),
    expect.stringMatching(/no gate, step or item 'b.look'/),
  ]);
});

describe('a certificate', () => {
  const gates = [
    { id: 'fast', value: 'steps.look.ms', atMost: 9 },
    { id: 'faster', value: 'steps.look.ms', atMost: 5, hard: false },
  ];
  const made = (more: object) => ({
    phases: [{ ...phases[0], gates }],
    decisions: [{ id: 'gold', requires: ['a'] }],
    evidence: {
      certificate: {
        levels: [{ title: 'GOLD', decision: 'gold', approvedFor: 'all' }],
        commit: 'a.look.ms',
        gates: [{ id: 'G1', title: 'Latency', by: ['a.fast'], ready: ['a.fast'] }],
        ...more,
      },
    },
  });
  const gate = (more: object) => ({ gates: [{ id: 'G1', title: 'Latency', by: ['a.fast'], ...more }] });

  test.each<[object, RegExp | undefined]>([
    [{}, undefined],
    [{ commit: 'a.look.commit' }, /step 'look' \(tcp.check\) gives no 'commit'/],
    [{ branch: 'b.look.ms' }, /no phase 'b'/],
    [{ levels: [{ title: 'GOLD', decision: 'golf', approvedFor: 'all' }] }, /no decision 'golf': Did you mean 'gold'/],
    [gate({ by: ['a.fats'] }), /no gate 'a.fats': Did you mean 'fast'/],
    [gate({ ready: ['b.fast'] }), /no gate 'b.fast'/],
    [gate({ by: ['a.faster'] }), /the gate 'a.faster' only warns/],
    [{ gates: [...gate({}).gates, ...gate({}).gates] }, /'G1' stands twice/],
    [gate({ mend: 'soon' }), /a duration is written like/],
    [{ levels: [] }, /levels/],
  ])('names what is there: %j', (more, problem) => {
    expect(problemsWith(made(more))).toEqual(problem ? [expect.stringMatching(problem)] : []);
  });
});

test.each<[string, RegExp | undefined]>([
  ['release/chaos_report.json', undefined],
  ['release/artifacts/wirecheck_report.md', undefined],
  ['release/../state.json', /a plain file name|release/],
  ['releases/x.json', /a plain file name|release/],
])('a file of the bundle may lie below release/: %s', (file, problem) => {
  const found = problemsWith({ phases, evidence: { include: [{ file, from: 'a.look.tcp.json' }] } });
  expect(found.filter((one) => !one.includes('leaves no evidence'))).toEqual(
    problem ? [expect.stringMatching(problem)] : [],
  );
});
