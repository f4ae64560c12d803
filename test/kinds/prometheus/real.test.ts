import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { figuresAgain } from '../../kits/figures-again.js';
import { PROMETHEUS, startPrometheus, type TestPrometheus } from '../../kits/prometheus.js';
import { passed, failed, runStep } from '../../kits/step-run.js';
import { eventually } from '../../kits/until.js';

const suite = PROMETHEUS === undefined ? describe.skip : describe;

suite(`on a real Prometheus${PROMETHEUS === undefined ? ' (not run: no prometheus)' : ''}`, () => {
  let prometheus: TestPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus();
    prometheus.says(
      ['jobs{queue="a"} 3', 'jobs{queue="b.c"} 4', 'odd{queue="it\'s \\"x\\" \\\\ y"} 5', 'none NaN', ''].join('\n'),
    );
    await prometheus.has('jobs{queue="b.c"}');
  }, 60_000);
  afterAll(() => prometheus?.end());

  const query = async (input: JsonObject) => {
    const run = await runStep('prometheus.query', { url: prometheus.url, ...input });
    const { outputs } = passed(run);
    expect(await figuresAgain('prometheus.query', run)).toEqual(outputs);
    return outputs;
  };

  test('one series, several by their label, none, NaN', async () => {
    expect(await query({ query: 'sum(jobs)' })).toMatchObject({ value: 7, unknown: {} });
    expect(await query({ query: 'jobs', by: 'queue' })).toMatchObject({ values: { a: 3, 'b.c': 4 } });
    expect(await query({ query: 'jobs' })).toMatchObject({ unknown: { value: expect.stringContaining('2 series') } });
    expect(await query({ query: 'jobs{queue="z"}' })).toMatchObject({ unknown: { value: 'no series is there' } });
    expect(await query({ query: 'sum(jobs{queue="z"}) or vector(0)' })).toMatchObject({ value: 0 });
    expect(await query({ query: 'none' })).toMatchObject({ unknown: { value: 'it is NaN' } });
    expect(await query({ query: 'sum(jobs) / 0' })).toMatchObject({ unknown: { value: 'it is +Inf' } });
    expect(await query({ query: 'scalar(sum(jobs))' })).toMatchObject({
      unknown: { value: expect.stringContaining('scalar') },
    });
    expect(await query({ query: 'jobs[1m]' })).toMatchObject({
      unknown: { value: expect.stringContaining('range of') },
    });
    expect(await query({ query: '"x"' })).toMatchObject({ unknown: { value: expect.stringContaining('a string') } });
  });

  test('a value is matched as it is, whatever stands in it', async () => {
    const text = 'it\'s "x" \\ y';
    for (const matcher of ['="$q"', "='$q'", '=~"$q"', "=~'$q'", '=~`$q`', '=`$q`']) {
      expect(await query({ query: `odd{queue${matcher}}`, values: { q: text } })).toMatchObject({ value: 5 });
    }
    expect(await query({ query: 'jobs{queue=~"$q"}', values: { q: 'b.c' } })).toMatchObject({ value: 4 });
    expect(await query({ query: 'jobs{queue=~"$q"}', values: { q: '.+' } })).toMatchObject({ series: 0 });
    expect(await query({ query: 'sum(jobs{queue=~"$q"})', values: { q: ['a', 'b.c'] } })).toMatchObject({ value: 7 });
    const attack = { q: 'a"} or vector(99) or jobs{queue="a' };
    expect(await query({ query: 'jobs{queue="$q"}', values: attack })).toMatchObject({ series: 0 });
  });

  test('a range counts the points that are there against those that should be', async () => {
    const whole = { query: 'sum(jobs)', range: { last: '1s', step: '1s' } };
    await eventually('two points', 10_000, async () => (await query(whole)).points === 2);
    expect(await query(whole)).toMatchObject({ range: { min: 7, max: 7, mean: 7, last: 7, p95: 7 }, missing: 0 });
    // Of two seconds one is at a multiple of two: one point is there already.
    const long = { query: 'sum(jobs)', range: { last: '4m', step: '2s' } };
    expect(await query(long)).toMatchObject({
      range: {},
      unknown: { range: expect.stringContaining('of 121 points are missing') },
      expected: 121,
    });
    expect(await query({ ...long, missing: { atMost: 120 } })).toMatchObject({ range: { last: 7 }, unknown: {} });
  });

  test('what Prometheus says of a query that is none is told', async () => {
    const run = await runStep('prometheus.query', { url: prometheus.url, query: 'sum(' });
    expect(failed(run)).toMatchObject({
      code: 'EXPECTATION_FAILED',
      message: expect.stringMatching(/got 400; it says bad_data: .*parse error/),
    });
  });

  test('`newest` knows an exporter that is down, where the figure is still there', async () => {
    const input = { query: 'sum(last_over_time(jobs[5m]))', newest: 'max(timestamp(last_over_time(jobs[5m])))' };
    expect(await query({ query: 'sum(jobs)', newest: 'max(timestamp(jobs))', within: '5s' })).toMatchObject({
      value: 7,
    });
    prometheus.says(undefined);
    await eventually('the series are stale', 15_000, async () => (await query({ query: 'jobs' })).series === 0);
    expect(await query({ query: input.query })).toMatchObject({ value: 7 });
    expect(
      await query({ query: input.query, newest: 'max(timestamp(jobs)) or vector(0)', within: '5s' }),
    ).toMatchObject({ unknown: { value: expect.stringContaining('the newest sample is') } });
  }, 60_000);
});
