import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../client/terminal/outcome.js';
import { Project } from '../kits/cli.js';
import { pageText } from '../kits/doc-blocks.js';
import { expectGenerated } from './generated.js';

describe('README.md', () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.open();
  });
  afterAll(() => project.close(), 30_000);

  test('its diagram is what the command prints', async () => {
    const { code, stdout } = await project.run('plan', 'lcopilot-day3', '--mermaid');
    expect(code).toBe(0);
    expectGenerated('README.md', 'diagram', `\`\`\`mermaid\n${stdout.trim()}\n\`\`\``);
  });

  test('its five lines begin as it says: a new runbook validates and plans', async () => {
    for (const line of pageText('README.md').match(/^golive (new|validate|plan) [^#\n]*/gm) ?? []) {
      const { code, stderr } = await project.run(...line.trim().split(/\s+/).slice(1));
      expect([line, code, code === 0 ? '' : stderr]).toEqual([line, 0, '']);
    }
  });

  test.each(Object.values(EXIT))('it names the exit code %i', (code) => {
    expect(pageText('README.md')).toContain(`\n| ${code} |`);
  });
});
