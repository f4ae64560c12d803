import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { passed, runStep, temporaryFolder } from '../../kits/step-run.js';

stepKit('metrics.read', {
  good: (folder) => {
    writeFileSync(join(folder, 'latency.csv'), 'route,ms\n/a,10\n/a,30\n/b,900\n');
    return { file: 'latency.csv', values: { p50: { path: 'ms', reduce: 'p50', where: { route: '/a' } } } };
  },
  bad: () => ({ file: 'absent.csv', values: { n: { reduce: 'count' } } }),
  badCode: 'NOT_FOUND',
});

describe('metrics.read', () => {
  const read = async (name: string, text: string, values: Record<string, object>) => {
    const base = temporaryFolder();
    writeFileSync(join(base, name), text);
    return passed(await runStep('metrics.read', { file: name, values } as never, { goLive: { baseDir: base } }))
      .outputs;
  };
  test('reduces rows of a CSV, by a column of other rows left out', async () => {
    const values = {
      mean: { path: 'ms', reduce: 'mean', where: { route: '/a' } },
      n: { reduce: 'count' },
      last: { path: 'ms' },
    };
    expect(await read('l.csv', 'route,ms\n/a,10\n/a,30\n/b,900\n', values)).toEqual({
      values: { mean: 20, n: 3, last: 900 },
      rows: 3,
    });
  });
  test('its sentence has figures that a person reads; its outputs are exact', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'm.json'), '{"errors":39.308989345195}');
    const input = { file: 'm.json', values: { errors: { path: 'errors' } } } as const;
    const { outputs, summary } = passed(await runStep('metrics.read', input, { goLive: { baseDir: base } }));
    expect(summary).toContain('errors 39.31 (');
    expect(outputs).toMatchObject({ values: { errors: 39.308989345195 } });
  });
  test('JSONPath in JSON lines; a missing figure is absent, a spoilt sample too', async () => {
    const values = {
      p100: { path: '$.t.ms', reduce: 'max' },
      gone: { path: '$.none' },
      spoilt: { path: '$.x', reduce: 'sum' },
    };
    expect(await read('l.jsonl', '{"t":{"ms":5},"x":1}\n{"t":{"ms":7},"x":"many"}\n', values)).toEqual({
      values: { p100: 7 },
      rows: 2,
    });
  });
});
