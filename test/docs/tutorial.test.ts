import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Project } from '../kits/cli.js';
import { blocksOf, type DocCommand, commandsOf } from '../kits/doc-blocks.js';

const page = 'docs/tutorial.md';
const cli = new URL('../../dist/bin/golive.js', import.meta.url).pathname;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/**
 * One script of all commands, as a reader types them into one shell. An answer that comes before its question is
 * refused with exit code 4; a person would wait for the question, and so does this.
 */
function scriptOf(commands: readonly DocCommand[]): string {
  const steps = commands.map(({ line, exitCode }, index) => {
    if (line.endsWith('&')) return line;
    const fails = `{ echo "command ${index + 1} gave exit code $code: ${line.replaceAll(/["$`\\]/g, '')}" >&2; exit 99; }`;
    if (!/^golive (approve|tick) /.test(line)) return `${line}\ncode=$?; [ $code -eq ${exitCode} ] || ${fails}`;
    return `for try in $(seq 120); do ${line}; code=$?; [ $code -eq 4 ] || break; sleep 0.25; done\n[ $code -eq ${exitCode} ] || ${fails}`;
  });
  return `golive() { "$GOLIVE_NODE" "$GOLIVE_CLI" "$@"; }\ntrap 'kill $! 2>/dev/null' EXIT\n${steps.join('\n')}\n`;
}

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
    const child = spawn('bash', ['-c', scriptOf(commands)], {
      cwd: project.folder,
      env: {
        ...process.env,
        NO_COLOR: '1',
        GOLIVE_STATE: join(project.folder, '.golive'),
        GOLIVE_NODE: process.execPath,
        GOLIVE_CLI: cli,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let said = '';
    const hear = (text: string): void => void (said += text);
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    if (child.pid !== undefined) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The whole group has ended already.
      }
    }
    expect([code, said.slice(-3000)]).toEqual([0, said.slice(-3000)]);
    expect(said).toContain('Error share 5 % (10 of 200), needs ≤ 1 %');
    expect(said).toContain('Rollback R1 done');
  }, 240_000);
});
