import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Project } from '../kits/cli.js';
import { eventually } from '../kits/until.js';

let project: Project;
beforeAll(async () => {
  project = await Project.open();
});
afterAll(async () => {
  await project.close();
}, 60_000);

test('a rehearsal that is interrupted aborts, and says the exit code that it has', async () => {
  writeFileSync(
    join(project.folder, 'pause.yaml'),
    'schema: 1\nid: pause\ntitle: Pause\nroles: { sre: SRE }\nphases:\n  - id: one\n    owner: sre\n    steps:\n      - { id: pause, uses: wait, with: { for: 1h } }\nrehearsal: { lab: lc, target: pause-lab, timeScale: 1 }\n',
  );
  const { child, ended } = project.start(['rehearse', 'pause.yaml', '--non-interactive']);
  let told = '';
  child.stdout?.on('data', (text: string) => (told += text));
  await eventually('the pause has begun', 90_000, () => told.includes('0.pause'));
  child.kill('SIGINT');
  const { code, stdout } = await ended;
  expect([code, stdout]).toEqual([130, expect.stringContaining('(exit 130)')]);
}, 150_000);
