import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { maskLeftBehind } from '../../../activities/deed/left-behind.js';
import { type Json, parseJson } from '../../../model/json.js';
import { goState } from '../../kits/state-fixture.js';
import { temporaryFolder } from '../../kits/step-run.js';

const asJson = (state: object): Json => parseJson(JSON.stringify(state));

test('what a killed step left is without credentials when its go-live ends; what others left is as they left it', async () => {
  const evidenceDir = temporaryFolder();
  const token = ['glpat-', 'AbCdEfGhIjKlMnOpQrSt'].join('');
  const state = goState();
  const place = (step: string): string => join(evidenceDir, 'data', 'phases', 'one.1', step, 'output.log');
  for (const step of ['killed', 'ended']) {
    mkdirSync(join(place(step), '..'), { recursive: true });
    writeFileSync(place(step), `begun with ${token}\n`);
  }
  symlinkSync(place('ended'), join(place('killed'), '..', 'link'));
  const [step] = state.phases.flatMap(({ steps }) => steps);
  if (!step) throw new Error('the fixture has no step');
  step.evidence = [{ name: 'output.log', path: 'phases/one.1/ended/output.log', sha256: 'x', bytes: 1 }];
  await maskLeftBehind({ evidenceDir }, asJson(state));
  const once = readFileSync(place('killed'), 'utf8');
  expect(once).toMatch(/^begun with \[credential\]\*+\n$/);
  await maskLeftBehind({ evidenceDir }, asJson(state));
  expect(readFileSync(place('killed'), 'utf8')).toBe(once);
  expect(readFileSync(place('ended'), 'utf8')).toContain(token);
  await maskLeftBehind({ evidenceDir: join(evidenceDir, 'none') }, asJson(state));
});
