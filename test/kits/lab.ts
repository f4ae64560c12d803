import type { JsonObject } from '../../model/json.js';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface RunningLab {
  inputs: JsonObject;
  /** As `--input k=v` arguments. */
  args: string[];
  stop(): Promise<void>;
}

/** Starts the LC lab as its own process. */
export function startLcLab(folder: string, timeScale: number, fault?: string): Promise<RunningLab> {
  return startLab('lc', folder, timeScale, fault);
}

/** Starts a lab as its own process; it ends everything of its own when its standard input closes. */
export async function startLab(lab: string, folder: string, timeScale: number, fault?: string): Promise<RunningLab> {
  const main = new URL(`../../dist/lab/${lab}/main.js`, import.meta.url).pathname;
  const args = [main, '--dir', folder, '--time-scale', String(timeScale), ...(fault ? ['--fault', fault] : [])];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { stdout } = child;
  if (!stdout) throw new Error('no stdout');
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the lab ended with ${code}`)));
  });
  const { inputs } = JSON.parse(line) as { inputs: RunningLab['inputs'] };
  return {
    inputs,
    args: Object.entries(inputs).flatMap(([name, value]) => [
      '--input',
      `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ]),
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}
