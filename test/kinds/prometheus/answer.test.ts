import { describe, expect, test } from '@jest/globals';
import { type Accepted, numberOf, readAnswer } from '../../../kinds/prometheus/answer.js';
import { answerOf } from '../../../kinds/prometheus/prometheus.query.recompute.js';

const vector = (result: string, more = ''): string =>
  `{"status":"success","data":{"resultType":"vector","result":${result}}${more}}`;
const one = (value: string): string => `[{"metric":{},"value":[1435781451.781,${value}]}]`;

describe('a sample', () => {
  test.each<[string, number | undefined]>([
    ['"1"', 1],
    ['"0"', 0],
    ['"-0"', 0],
    ['"0.30000000000000004"', 0.30000000000000004],
    ['"123456789012345680000"', 123456789012345680000],
    [`"0.${'0'.repeat(300)}1"`, Number(`0.${'0'.repeat(300)}1`)],
    ['"NaN"', undefined],
    ['"+Inf"', undefined],
    ['"-Inf"', undefined],
  ])('of %s is %p', async (text, number) => {
    const { series } = readAnswer(await answerOf(vector(one(text))), 'vector', []);
    const [point] = series[0]?.points ?? [];
    expect(point?.ms).toBe(1_435_781_451_781);
    expect(point && numberOf(point)).toBe(number);
  });

  test.each(['1', 'null', '""', '" 1"', '"1,5"', '"0x10"', '"nan"', '"Infinity"', '"1",2', '[]', '{}'])(
    'of %s is none',
    async (text) => {
      const { series } = readAnswer(await answerOf(vector(one(text))), 'vector', []);
      expect(series).toMatchObject([{ points: [], problem: 'a sample of it is none' }]);
    },
  );
});

describe('all of an answer is unknown', () => {
  test.each<[string, string, string]>([
    ['a warning', vector(one('"1"'), ',"warnings":["store x is down"]'), 'a warning: store x is down'],
    ['an info', vector(one('"1"'), ',"infos":["PromQL info: no counter"]'), 'an info: PromQL info'],
    ['a warning that is no list', vector(one('"1"'), ',"warnings":"x"'), 'a warning: x'],
    ['partial', vector(one('"1"'), ',"isPartial":true'), 'partial'],
    ['partial, as a text', vector(one('"1"'), ',"isPartial":"true"'), 'partial'],
    ['a scalar', '{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}', 'it is a scalar'],
    ['a string', '{"status":"success","data":{"resultType":"string","result":[1,"1"]}}', 'it is a string'],
    ['a matrix', '{"status":"success","data":{"resultType":"matrix","result":[]}}', 'it is a range of samples'],
    ['another type', '{"status":"success","data":{"resultType":"streams","result":[]}}', 'it is "streams", no vector'],
    ['no data', '{"status":"success"}', 'its `data` is none'],
    ['no result', '{"status":"success","data":{"resultType":"vector","result":null}}', 'its `result` is none'],
  ])('%s', async (_, body, why) => {
    expect(readAnswer(await answerOf(body), 'vector', [])).toMatchObject({
      series: [],
      why: expect.stringContaining(why),
    });
  });

  test.each<[Accepted, string]>([
    [['warnings'], ',"warnings":["x"]'],
    [['infos'], ',"infos":["x"]'],
    [['partial'], ',"isPartial":true'],
    [[], ',"warnings":[],"infos":null,"isPartial":false'],
  ])('not where %j is accepted of %s', async (accepted, more) => {
    expect(readAnswer(await answerOf(vector(one('"1"'), more)), 'vector', accepted).why).toBeUndefined();
  });
});

test('a native histogram is no number', async () => {
  const body = vector('[{"metric":{},"histogram":[1,{"count":"3","sum":"7","buckets":[]}]}]');
  expect(readAnswer(await answerOf(body), 'vector', []).series).toMatchObject([
    { problem: expect.stringContaining('histogram_quantile') },
  ]);
});

test.each([
  ['<html>', 'is no JSON'],
  ['{"status":"error"}', 'none of Prometheus'],
  ['{"data":{"resultType":"vector","result":[]}}', 'none of Prometheus'],
  ['[]', 'none of Prometheus'],
  [vector(one('"1"')).slice(0, -4), 'is no JSON'],
  [vector('[{"metric":{},"value":[1,"1"],"value":[1,"2"]}]'), 'twice'],
])('%s is no answer', async (body, message) => {
  await expect(answerOf(body)).rejects.toThrow(message);
});
