import { expect, test } from '@jest/globals';
import { StepError } from '../../../activities/step/step-error.js';
import { call, counted, type Do } from '../../kits/counting.js';
import { eventsOf, runTask, taskFor } from '../../kits/step-run.js';

const undoes = { phase: 'deploy', phaseAttempt: 1, step: 'page', epoch: 1 };
const typesOf = (evidenceDir: string): unknown[] => eventsOf(evidenceDir).map(({ type }) => type);
const acts: Do = async () => counted(1);
const fails: Do = async () => {
  throw new StepError('COMMAND_FAILED', 'It ended with code 1.');
};

test.each([
  ['a step', {}, acts, ['step.started', 'step.done']],
  ['a step that fails', {}, fails, ['step.started', 'step.failed']],
  ['an undo of a list', { undoes }, acts, ['undo.started', 'undo.done']],
  ['an undo of a list that fails', { undoes }, fails, ['undo.started', 'undo.failed']],
])('%s is logged as what it is', async (_name, task, act, types) => {
  const of = taskFor({ n: 1 }, { task });
  await runTask('count', of, call(act));
  expect(typesOf(of.goLive.evidenceDir)).toEqual(types);
});
