import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../lab/kit/ports.js';
import { Project } from '../kits/cli.js';
import { blocksOf, commandsOf } from '../kits/doc-blocks.js';
import { runCommands } from '../kits/doc-run.js';

const page = 'docs/tutorial.md';

describe('the tutorial', () => {
  let project: Project;
  let port: number;
  const withPort = (text: string): string => text.replaceAll('8080', String(port));
  beforeAll(async () => {
    project = await Project.open();
    port = await freePort();
    for (const { file, text } of blocksOf(page)) if (file) writeFileSync(join(project.folder, file), withPort(text));
  });
  afterAll(() => project.close(), 60_000);

  test('its runbook is valid, and each mistake that it invites to try is found', async () => {
    expect((await project.run('validate', 'my-service.yaml')).code).toBe(0);
    const runbook = blocksOf(page).find(({ file }) => file === 'my-service.yaml')?.text ?? '';
    writeFileSync(join(project.folder, 'broken.yaml'), runbook.replace('figures.values.p95,', 'figures.valus.p95,'));
    const { code, stdout } = await project.run('validate', 'broken.yaml');
    expect([code, stdout]).toEqual([2, expect.stringContaining("Did you mean 'values'")]);
  });

  test('its plan names what the page promises', async () => {
    const { code, stdout } = await project.run('plan', 'my-service.yaml', '--input', 'new=config-2.json');
    expect(code).toBe(0);
    for (const part of ['its own undo', 'approval after by CTO', 'rollback R1', 'undo of the phase'])
      expect(stdout).toContain(part);
  });

  test('every command ends as the page says, in one shell from the first to the last', async () => {
    const commands = commandsOf(page).map(({ line, exitCode }) => ({ line: withPort(line), exitCode }));
    expect(commands.length).toBeGreaterThan(15);
    const { code, said } = await runCommands(project, commands);
    expect([code, said.slice(-3000)]).toEqual([0, said.slice(-3000)]);
    expect(said).toContain('Error share 5 % (10 of 200), needs ≤ 1 %');
    expect(said).toContain('Rollback R1 done');
  }, 240_000);
});
