import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stepKinds } from '../../kinds/catalog.js';
import { loadRunbook } from '../../model/schema/load.js';
import { Project } from '../kits/cli.js';
import { blocksOf, commandsOf } from '../kits/doc-blocks.js';
import { runCommands } from '../kits/doc-run.js';

const PAGES = [
  { page: 'docs/howto-schedules.md', runbook: 'shop.yaml' },
  { page: 'docs/howto-windows.md', runbook: 'steady.yaml' },
  { page: 'docs/howto-canary.md', runbook: 'canary.yaml' },
] as const;

/** A line of output without what differs from run to run: times, and the blanks that columns are filled with. */
function timeless(line: string): string {
  return line
    .replaceAll(/T\+\d+:\d\d:\d\d/g, 'T+')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?/g, 'TIME')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

describe.each(PAGES)('$page', ({ page, runbook }) => {
  const files = blocksOf(page).filter(({ file }) => file !== undefined);
  let project: Project;
  beforeAll(async () => {
    project = await Project.open();
    for (const { file = '', text } of files) writeFileSync(join(project.folder, file), text);
  });
  afterAll(() => project.close(), 60_000);

  test('its runbook validates', () => {
    const text = files.find(({ file }) => file === runbook)?.text ?? '';
    expect(loadRunbook(text, runbook, stepKinds).problems ?? []).toEqual([]);
  });

  test('every command ends as the page says, and prints what the page shows', async () => {
    const commands = commandsOf(page);
    expect(commands.length).toBeGreaterThan(10);
    const { code, said } = await runCommands(project, commands);
    expect([code, said.slice(-3000)]).toEqual([0, said.slice(-3000)]);
    const printed = said.replaceAll(project.folder, '/srv/shop').split('\n').map(timeless);
    const shown = blocksOf(page).filter(({ language }) => language === 'text');
    expect(shown.length).toBeGreaterThan(2);
    for (const line of shown.flatMap(({ text }) => text.trimEnd().split('\n')))
      expect(printed).toContain(timeless(line));
  }, 240_000);
});
