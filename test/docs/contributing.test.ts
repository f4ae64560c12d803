import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { stepKinds } from '../../kinds/catalog.js';
import { loadRunbook } from '../../model/schema/load.js';
import { blocksOf } from '../kits/doc-blocks.js';
import { ROOMS } from '../kits/doc-pages.js';

const root = new URL('../../', import.meta.url).pathname;
const page = 'CONTRIBUTING.md';
const READY = z.object({ ready: z.literal(true), target: z.string(), inputs: z.object({ url: z.url() }) });

describe('the examples of CONTRIBUTING.md', () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'golive-contributing-'));
    for (const part of [...ROOMS, 'package.json', 'tsconfig.json'])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const { file, text } of blocksOf(page)) {
      if (!file) continue;
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), text);
    }
    // The line that the page tells: an import, and a place in the groups of the help.
    const program = join(copy, 'client/program.ts');
    const text = readFileSync(program, 'utf8').replace('[up, down,', '[folder, up, down,');
    writeFileSync(program, `import * as folder from './commands/folder.js';\n${text}`);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('compile; the command prints, the lab is ready and answers, with and without its fault', async () => {
    const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'];
    const { status, stdout } = spawnSync(process.execPath, tsc, { cwd: copy, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });

    const cli = spawnSync(process.execPath, ['dist/client/cli.js', 'folder', '--json'], {
      cwd: copy,
      encoding: 'utf8',
    });
    expect([cli.status, cli.stderr]).toEqual([0, '']);
    expect(JSON.parse(cli.stdout)).toEqual({ folder: expect.stringMatching(/\.golive$/) });

    expect(await answerOfLab('none')).toBe(200);
    expect(await answerOfLab('broken')).toBe(500);
  }, 120_000);

  /** Starts the lab as golive does, asks the service once, and ends the lab by closing its stdin. */
  async function answerOfLab(fault: string): Promise<number> {
    const args = ['dist/lab/greeter/main.js', '--dir', join(copy, `lab-${fault}`)];
    if (fault !== 'none') args.push('--fault', fault);
    const lab = spawn(process.execPath, args, { cwd: copy, stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(lab, 'exit');
    try {
      const [line] = await once(createInterface({ input: lab.stdout }), 'line');
      const { target, inputs } = READY.parse(JSON.parse(String(line)));
      expect(target).toBe('greeter-lab');
      return (await fetch(inputs.url)).status;
    } finally {
      lab.stdin.end();
      expect(await ended).toEqual([0, null]);
    }
  }

  test('its runbook validates, and its faults are those of the lab', () => {
    const text = blocksOf(page).find(({ file }) => file === 'runbooks/greeter.yaml')?.text ?? '';
    const { runbook, problems } = loadRunbook(text, 'greeter.yaml', stepKinds);
    expect(problems ?? []).toEqual([]);
    const lab = blocksOf(page).find(({ file }) => file === 'lab/greeter/main.ts')?.text ?? '';
    for (const { id } of runbook?.rehearsal?.faults ?? []) expect(lab).toContain(`id: '${id}'`);
  });
});
