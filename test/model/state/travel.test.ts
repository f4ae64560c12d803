import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import type { StepRecord } from '../../../model/state/state.js';
import {
  lightenState,
  outputsRead,
  outputsThatTravel,
  recordsThatTravel,
  undoThatTravels,
} from '../../../model/state/travel.js';
import { stopReset } from '../../kits/state-phases.js';

const long = 'x'.repeat(5000);
const outputs = { n: 1, text: long, rows: [long], short: 'a' };

describe('outputs', () => {
  test('what expressions read travels as it is, of the rest what people are shown', () => {
    expect(outputsThatTravel(outputs, ['rows'])).toEqual({
      n: 1,
      text: `${'x'.repeat(200)}…`,
      rows: [long],
      short: 'a',
    });
    expect(outputsThatTravel(outputs, []).rows).toBe('5004 characters of JSON, in the evidence');
  });
  test('all of them where all are read, and in plans of earlier versions', () => {
    expect(outputsThatTravel(outputs, ['*'])).toEqual(outputs);
    expect(outputsThatTravel(outputs, undefined)).toEqual(outputs);
  });
  test('later phases see only what they read', () => {
    expect(outputsRead(outputs, ['n', 'absent'])).toEqual({ n: 1 });
  });
});

test('the input of an undo travels when it is short; a long one stays in the journal', () => {
  const call = { activity: 'undo file.write', title: 'w' };
  expect(undoThatTravels({ ...call, input: { path: 'a' } })).toEqual({ ...call, input: { path: 'a' } });
  expect(undoThatTravels({ ...call, input: { content: long } })).toEqual(call);
});

describe('records', () => {
  const record = (id: number): StepRecord => ({
    id: asId(`s${id}`),
    title: 't',
    uses: 'u',
    status: 'done',
    epoch: 1,
    summary: 'y'.repeat(900),
    outputs: { read: long, shown: 'z'.repeat(150) },
  });
  test('stay as they are while they fit, and lose what only people read when they do not', () => {
    const few = [record(1), record(2)];
    expect(recordsThatTravel(few, () => ['read'])).toBe(few);
    const lean = recordsThatTravel(
      Array.from({ length: 300 }, (_, n) => record(n)),
      () => ['read'],
    );
    expect(lean[7]).toMatchObject({ id: 's7', status: 'done', outputs: { read: long }, summary: 'y'.repeat(200) });
    expect(lean[7]?.outputs).not.toHaveProperty('shown');
  });
  test('of all phases together stay within what one payload takes', () => {
    const phases = [1, 2].map((index) => ({
      ...stopReset(),
      index,
      steps: Array.from({ length: 700 }, (_, n) => ({ ...record(n), outputs: { shown: 'z'.repeat(150) } })),
    }));
    lightenState({ phases });
    expect(JSON.stringify(phases).length).toBeLessThan(800_000);
    expect(phases[1]?.steps[3]).toMatchObject({ id: 's3', status: 'done', outputs: {} });
  });
});
