import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Project } from './cli.js';
import type { DocCommand } from './doc-blocks.js';

const CLI = new URL('../../dist/bin/golive.js', import.meta.url).pathname;

/**
 * One script of all commands, as a reader types them into one shell. An answer that comes before its question is
 * refused with exit code 4; a person would wait for the question, and so does this.
 */
function scriptOf(commands: readonly DocCommand[]): string {
  const steps = commands.map(({ line, exitCode }, index) => {
    if (line.endsWith('&')) return line;
    const fails = `{ echo "command ${index + 1} gave exit code $code: ${line.replaceAll(/["$`\\]/g, '')}" >&2; exit 99; }`;
    if (exitCode !== 0 || !/^golive (approve|tick) /.test(line)) {
      return `${line}\ncode=$?; [ $code -eq ${exitCode} ] || ${fails}`;
    }
    return `for try in $(seq 120); do ${line}; code=$?; [ $code -eq 4 ] || break; sleep 0.25; done\n[ $code -eq ${exitCode} ] || ${fails}`;
  });
  return `golive() { "$GOLIVE_NODE" "$GOLIVE_CLI" "$@"; }\ntrap 'kill $! 2>/dev/null' EXIT\n${steps.join('\n')}\n`;
}

/** Runs the commands of a page in one shell, in a project's folder; nothing of it is left running. */
export async function runCommands(
  project: Project,
  commands: readonly DocCommand[],
): Promise<{ code: number | null; said: string }> {
  const child = spawn('bash', ['-c', scriptOf(commands)], {
    cwd: project.folder,
    env: {
      ...process.env,
      NO_COLOR: '1',
      GOLIVE_STATE: join(project.folder, '.golive'),
      GOLIVE_NODE: process.execPath,
      GOLIVE_CLI: CLI,
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
  return { code, said };
}
