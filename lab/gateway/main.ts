import type { ChildProcess } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { endsCleanly, onStdinEnd, stdinIsHeld } from '../kit/life.js';
import { messageOf } from '../kit/log.js';
import { labOptions, UsageError } from '../kit/options.js';
import { appears, endGroup, startHeld } from '../kit/processes.js';
import { FAULTS, type GatewayFault, SOUND } from './faults.js';

const RATE = 5;

const CONFIG = {
  actors: ['builder', 'release-bot', 'intern'],
  policy: { id: 'docs-by-bot', actors: ['release-bot'], paths: ['open/docs/'], patterns: ['docs-update'] },
};

const entry = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** The workspace: a repository with its zones. */
function prepare(dir: string): void {
  const repo = join(dir, 'workspace');
  for (const zone of ['open', 'locked', 'danger']) {
    mkdirSync(join(repo, zone), { recursive: true });
    writeFileSync(join(repo, zone, 'README.md'), `# ${zone}\n`);
  }
  writeFileSync(join(dir, 'status.txt'), 'wired\n');
  writeFileSync(join(dir, 'gateway.yaml'), stringify(CONFIG));
  writeFileSync(join(dir, 'telemetry.jsonl'), '');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=lab', '-c', 'user.email=lab@gateway.test', '-C', repo, ...args], {
      stdio: 'ignore',
    });
  git('init', '--quiet', '-b', 'main');
  git('add', '-A');
  git('commit', '--quiet', '-m', 'zones');
}

async function run(dir: string, fault: GatewayFault, timeScale: number): Promise<void> {
  const children: ChildProcess[] = [];
  const end = endsCleanly(async () => {
    await Promise.all(children.flatMap(({ pid }) => (pid === undefined ? [] : [endGroup(pid)])));
    process.stderr.write('lab: nothing of it runs any more\n');
  });
  if (stdinIsHeld()) onStdinEnd(end);
  prepare(dir);
  const start = (name: string, ...args: string[]): void => {
    const command = [process.execPath, entry(name), '--dir', dir, ...args];
    children.push(startHeld(command, {}, dir, join(dir, `${name}.log`)));
  };
  start('gateway', '--fault', fault.id, '--time-scale', String(timeScale));
  await appears(join(dir, 'gateway.pid'));
  start('executor', '--fault', fault.id);
  await appears(join(dir, 'executor.pid'));
  start('traffic', '--rate', String(fault.rate ?? RATE));
  process.stdout.write(`${JSON.stringify({ ready: true, target: 'gateway-lab', inputs: { gatewayDir: dir } })}\n`);
  process.stderr.write(`lab: gateway, executor and traffic run in ${dir}, fault: ${fault.id}\n`);
}

try {
  const chosen = labOptions(FAULTS, SOUND, 10_000);
  if (chosen) await run(chosen.dir, chosen.fault, chosen.timeScale);
} catch (error) {
  const usage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  process.stderr.write(`lab: ${messageOf(error)}\n`);
  if (usage) process.exitCode = 2;
  else process.exit(1);
}
