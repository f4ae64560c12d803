import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Project } from '../kits/cli.js';
import { blocksOf, commandsOf } from '../kits/doc-blocks.js';
import { runCommands } from '../kits/doc-run.js';
import { eventually } from '../kits/until.js';

const page = 'docs/approvals.md';
let project: Project;
beforeAll(async () => {
  project = await Project.open();
  for (const { file, text } of blocksOf(page)) if (file) writeFileSync(join(project.folder, file), text);
});
afterAll(() => project.close(), 60_000);

test('every command of the page ends as it says, and a vote can be checked with ssh-keygen alone', async () => {
  const commands = commandsOf(page);
  expect(commands.length).toBeGreaterThan(15);
  const { code, said } = await runCommands(project, commands);
  expect([code, said.slice(-3000)]).toEqual([0, said.slice(-3000)]);
  expect(said).toContain('Ada Lovelace (ada@example.org) · cto');
  expect(said).toContain('break the glass');
  expect(said).toContain("does not hold the role 'cto'");
  const data = join(project.folder, 'evidence', 'shop', 'c1', 'data');
  const approvals = JSON.parse(readFileSync(join(data, 'approvals.json'), 'utf8')) as {
    votes: { statement: string; signature: string }[];
  }[];
  const [vote] = approvals[0]?.votes ?? [];
  const armour = `-----BEGIN SSH SIGNATURE-----\n${vote?.signature.replace(/.{1,70}/g, '$&\n')}-----END SSH SIGNATURE-----\n`;
  writeFileSync(join(project.folder, 'vote.sig'), armour);
  const args = [
    '-Y',
    'verify',
    '-f',
    'allowed_signers',
    '-I',
    'ada@example.org',
    '-n',
    'golive-approval@v1',
    '-s',
    'vote.sig',
  ];
  const input = vote?.statement ?? '';
  expect(execFileSync('ssh-keygen', args, { cwd: project.folder, input, encoding: 'utf8' })).toContain('Good');
  const aborted = join(project.folder, 'evidence', 'shop', 'c2', 'data', 'SIGNOFF.md');
  await eventually('the sign-off of what was aborted', 20_000, () => existsSync(aborted));
  expect(readFileSync(aborted, 'utf8')).toContain('BREAK-GLASS: Bo Diaz alone approved');
}, 180_000);
