import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { hostLab } from '../kit/host.js';
import { appears } from '../kit/processes.js';
import { FAULTS, type GatewayFault, SOUND } from './faults.js';

const RATE = 5;

const CONFIG = {
  actors: ['builder', 'release-bot', 'intern'],
  policy: { id: 'docs-by-bot', actors: ['release-bot'], paths: ['locked/docs/'], patterns: ['docs-update'] },
};

const entry = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** The workspace: a repository with its zones. */
function prepare(dir: string, { noPatterns }: GatewayFault): void {
  const repo = join(dir, 'workspace');
  for (const zone of ['open', 'locked', 'danger']) {
    mkdirSync(join(repo, zone), { recursive: true });
    writeFileSync(join(repo, zone, 'README.md'), `# ${zone}\n`);
  }
  writeFileSync(join(dir, 'status.txt'), 'wired\n');
  writeFileSync(
    join(dir, 'gateway.yaml'),
    stringify(noPatterns ? { ...CONFIG, policy: { ...CONFIG.policy, patterns: [] } } : CONFIG),
  );
  writeFileSync(join(dir, 'telemetry.jsonl'), '');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=lab', '-c', 'user.email=lab@gateway.test', '-C', repo, ...args], {
      stdio: 'ignore',
    });
  git('init', '--quiet', '-b', 'main');
  git('add', '-A');
  git('commit', '--quiet', '-m', 'zones');
}

await hostLab({
  faults: FAULTS,
  sound: SOUND,
  run: async ({ dir, fault, timeScale }, start) => {
    prepare(dir, fault);
    const common = ['--dir', dir, '--fault', fault.id, '--time-scale', String(timeScale)];
    start(entry(fault.crashOnYaml === 'and-comes-back' ? 'keeper' : 'gateway'), common);
    await appears(join(dir, 'gateway.pid'));
    start(entry('executor'), common);
    await appears(join(dir, 'executor.pid'));
    const lane = fault.lane ? ['--lane', fault.lane] : [];
    const strangers = fault.noStrangers ? ['--no-strangers'] : [];
    start(entry('traffic'), ['--dir', dir, '--rate', String(fault.rate ?? RATE), ...lane, ...strangers]);
    return { target: 'gateway-lab', inputs: { gatewayDir: dir } };
  },
});
