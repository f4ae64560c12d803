import { expect, test } from '@jest/globals';
import { evidenceFileRows } from '../../../evidence/report/evidence-files.js';
import { NO_EXTRAS } from '../../../evidence/report/extras.js';
import { signoffText } from '../../../evidence/report/signoff.js';
import { goState } from '../../kits/state-fixture.js';

const sha256 = 'a'.repeat(64);
const manifest = (...paths: string[]): string => paths.map((path) => `${sha256}  data/${path}\n`).join('');
const sampled = [{ phase: 'stability', step: 'days', file: 'day_{date}.json' }];
const extras = { ...NO_EXTRAS, sampled };

test('the file of each sample of a window is listed with its hash, of every attempt, and no other file of steps', () => {
  const days = ['phases/stability.1/days/day_2026-11-28.json', 'phases/stability.2/days/day_2026-11-29.json'];
  const others = [
    'plan.json',
    'phases/stability.1/days/samples.jsonl',
    'phases/stability.1/days/day_2026-11-28xjson',
    'phases/stability.1/other/day_2026-11-28.json',
    'phases/other.1/days/day_2026-11-28.json',
    'phases/stability.1/days/day_last.json',
  ];
  const { bundle: _bundle, ...state } = goState();
  const rows = evidenceFileRows(state, manifest('STATS.json', ...days, ...others), extras);
  expect(rows).toEqual(['STATS.json', ...days].map((path) => [path, 'present', sha256]));
  expect(signoffText(state, manifest(...days), extras)).toContain('day\\_2026-11-28.json | present | aaaa');
});

test('of very many it says how many more there are, and where', () => {
  const paths = Array.from({ length: 230 }, (_, n) => `phases/stability.1/days/s${n}.json`);
  const many = { ...NO_EXTRAS, sampled: [{ phase: 'stability', step: 'days', file: 's{n}.json' }] };
  const { bundle: _bundle, ...state } = goState();
  const rows = evidenceFileRows(state, manifest(...paths), many);
  expect(rows).toHaveLength(201);
  expect(rows.at(-1)).toEqual(['30 more of samples', 'present', 'in manifest-sha256.txt']);
});
