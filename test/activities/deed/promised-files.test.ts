import { expect, test } from '@jest/globals';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../evidence/durable.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

/** A step that makes a file, and whose undo is given another one that the plan knows by its hash. */
function stepIn(folder: string, given: { pin?: boolean; planned: string }) {
  const script = join(folder, 'down.sql');
  const undo = { argv: ['true', 'down.sql'], ...(given.pin === undefined ? {} : { pin: given.pin }) };
  const calls = [{ activity: 'command.run', title: 'The schema as it was', input: undo }];
  return runStep(
    'command.run',
    { argv: ['touch', 'deed.txt'] },
    {
      goLive: { baseDir: folder, folders: [folder], files: { [script]: sha256(given.planned) } },
      task: { effect: 'once', promise: { always: false, calls } },
    },
  );
}

test('a step whose undo would be refused is not done, and says which file is another now', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'down.sql'), 'DROP TABLE orders');
  const failure = failed(await stepIn(folder, { planned: 'SELECT 1' }));
  expect(failure).toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringMatching(
      /^Nothing was done, for its undo \(The schema as it was\) would be refused: The file \S+down\.sql was changed/,
    ) as unknown,
    hint: expect.stringContaining('`pin: false`') as unknown,
    facts: { changedFile: join(folder, 'down.sql') },
  });
  expect(existsSync(join(folder, 'deed.txt'))).toBe(false);
});

test.each([
  ['its file is as planned', { planned: 'DROP TABLE orders' }],
  ['its undo says that the file may be another', { planned: 'SELECT 1', pin: false }],
])('a step is done where %s', async (_, given) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'down.sql'), 'DROP TABLE orders');
  passed(await stepIn(folder, given));
  expect(existsSync(join(folder, 'deed.txt'))).toBe(true);
});
