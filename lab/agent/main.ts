import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../kit/ports.js';
import { hostLab } from '../kit/host.js';
import { appears } from '../kit/processes.js';
import { type AgentFault, FAULTS, SOUND } from './faults.js';

const entry = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** The repository of the agent's owner, with a README that has a place for a badge. */
function prepare(dir: string, { noMarkers, branchTaken }: AgentFault): void {
  const repo = join(dir, 'repository');
  mkdirSync(repo, { recursive: true });
  const place =
    '<!-- golive-badge:start -->\n![agent: unknown](https://img.shields.io/badge/agent-unknown-lightgrey)\n<!-- golive-badge:end -->\n\n';
  writeFileSync(join(repo, 'README.md'), `# The agent\n\n${noMarkers ? '' : place}Keeps the orders moving.\n`);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=lab', '-c', 'user.email=lab@agent.test', '-C', repo, ...args], {
      stdio: 'ignore',
    });
  git('init', '--quiet', '-b', 'main');
  git('add', '-A');
  git('commit', '--quiet', '-m', 'the agent');
  // Another line of work of the owner's, which a change may be for as well.
  git('branch', 'next');
  if (branchTaken) git('branch', 'golive/unattended');
}

const LOGS = ['agent.log', 'orders.log'];
/** Lines that come to more than 1 MB. */
const GROWN = 12_000;
/** Rotated files that are there already: the next rotation makes the eighth. */
const ROTATED = 7;

/** Files that another rotation, which keeps more, has left. */
const LEFT = 9;

/** Logs that were rotated before, and have grown since, so that there is something to rotate. */
function growLogs(dir: string, { smallLogs, rotatedLeft }: AgentFault): void {
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const line = (n: number) => `2026-01-01T00:00:00.000Z seq=${n} pid=1 earlier ${'.'.repeat(60)}\n`;
  for (const name of LOGS) {
    const path = join(dir, 'logs', name);
    const left = rotatedLeft === true && name === 'orders.log';
    const rotated = left ? LEFT : ROTATED;
    for (let age = rotated; age > 0; age -= 1) writeFileSync(`${path}.${age}`, line(rotated + 1 - age));
    const grown = Array.from({ length: smallLogs || left ? 1 : GROWN }, (_, index) => line(rotated + 1 + index));
    writeFileSync(path, grown.join(''));
  }
}

/** An incident that somebody began and nobody ended. */
function leaveAlertOpen(dir: string): void {
  const since = '2026-01-01T00:00:00.000Z';
  const state = { version: 1, incidents: { 'rehearsal-of-alerts': { open: true, since, seen: 1 } } };
  writeFileSync(join(dir, 'alerts.json'), `${JSON.stringify(state)}\n`);
}

await hostLab({
  faults: FAULTS,
  sound: SOUND,
  run: async ({ dir, fault, timeScale }, start) => {
    prepare(dir, fault);
    growLogs(dir, fault);
    if (fault.healthIsFolder) mkdirSync(join(dir, 'health', 'latest.json'), { recursive: true });
    if (fault.alertLeftOpen) leaveAlertOpen(dir);
    const port = await freePort();
    const redisUrl = `redis://127.0.0.1:${port}`;
    const scale = String(timeScale);
    start(entry('../kit/redis'), ['--port', String(port)]);
    const ofAlerts = [...(fault.alertsDown ? ['--down'] : []), ...(fault.endRefused ? ['--no-end'] : [])];
    start(entry('alert-sink'), ['--dir', dir, ...ofAlerts]);
    const common = ['--dir', dir, '--redis', redisUrl, '--fault', fault.id, '--time-scale', scale];
    start(entry('keeper'), [...common, '--respawn-ms', String(fault.respawnMs ?? 200)]);
    await appears(join(dir, 'alert-url'));
    if (fault.heartElsewhere) start(entry('heart'), ['--redis', redisUrl, '--time-scale', scale]);
    await appears(fault.noHealth ? join(dir, 'agent.pid') : join(dir, 'health', 'latest.json'));
    const inputs = {
      agentDir: dir,
      redisUrl,
      alertUrlFile: join(dir, 'alert-url'),
      repository: join(dir, 'repository'),
      logs: JSON.stringify(LOGS.map((name) => join(dir, 'logs', name))),
    };
    return { target: 'agent-lab', inputs };
  },
});
