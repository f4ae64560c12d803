import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { testSystem } from '../kits/system.js';

await testSystem({
  name: 'unattended-operations',
  faults: [
    'alert-endpoint-down',
    'alert-left-open',
    'counter-goes-on',
    'drill-in-another-lane',
    'drill-without-ack',
    'log-kept-open',
    'logs-not-grown',
    'no-mirror',
    'respawn-too-slow',
    'rotation-loses-a-line',
    'slow-heartbeat',
    'stale-health',
    'torn-health',
  ],
  sample: ['rotation-loses-a-line'],
  files: [
    'health_window.jsonl',
    'rotation.json',
    'chaos_REPORT.md',
    'drill_RESULT.json',
    'pull-request.json',
    'UNATTENDED_SIGNOFF.md',
  ],
  after: (data) => {
    const read = (name: string): string => readFileSync(join(data, name), 'utf8');
    // Two logs, each with seven rotated ones: an eighth of each goes.
    const rotated: unknown = JSON.parse(read('rotation.json'));
    expect(rotated).toEqual([1, 2].map(() => expect.objectContaining({ kept: 7, removed: 1, lost: 0 })));
    expect(read('chaos_REPORT.md')).toMatch(
      /said last:\n\n {4}\S+ .*heartbeat[\s\S]+said first:\n\n {4}\S+ .* boot pid=/,
    );
    expect(JSON.parse(read('drill_RESULT.json'))).toMatchObject({ result: 'acknowledged', inbox: 'strict' });
    expect(JSON.parse(read('pull-request.json'))).toMatchObject({
      command: expect.stringMatching(/gh pr create .* --body '.+' && gh pr merge .* --auto --squash$/),
    });
  },
});
