import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostLab } from '../kit/host.js';
import { packageFolder } from '../kit/package-folder.js';
import { appears } from '../kit/processes.js';
import { BURST_FAULTS, FAULTS, type PromotionFault, SOUND } from './faults.js';
import { modulesOf, registersOf, sourceOf, testsOf } from './modules.js';

/** The files that the package has beside its rules. */
const TEMPLATE = 'lab/promotion/repository';
/** Rules of the package, and how many of them were promoted before the first day. */
const RULES = 320;
const PROMOTED = 120;
const QUARANTINED = 3;

function put(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** The files of the package: all but the first are still candidates. */
function filesOf(): Record<string, string> {
  const modules = modulesOf(RULES);
  const files: Record<string, string> = { ...registersOf(modules), ...testsOf(modules) };
  for (const [index, module] of modules.entries())
    files[`${index < PROMOTED ? 'src' : 'candidate'}/${module.id}.js`] = sourceOf(module);
  for (let issue = 1; issue <= QUARANTINED; issue += 1)
    files[`test/quarantine/case-${issue}.test.js`] =
      `// quarantine: https://forge.test/depot/rules/issues/${issue}\nimport { test } from 'node:test';\n\ntest('case ${issue}', () => undefined);\n`;
  return files;
}

interface Prepared {
  repository: string;
  remote: string;
  baseline: { covered: number; lines: number };
}

/** A bare remote, and the clone that the promotion works in. Its baseline is older than what the fault breaks. */
function prepare(dir: string, { next, at = 0, commits = {}, uncommitted = {}, done }: PromotionFault): Prepared {
  const [repository, remote] = [join(dir, 'repository'), join(dir, 'remote.git')];
  const git = (folder: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=lab', '-c', 'user.email=lab@promotion.test', '-C', folder, ...args], {
      stdio: 'ignore',
    });
  cpSync(join(packageFolder(TEMPLATE), TEMPLATE), repository, { recursive: true });
  renameSync(join(repository, 'gitignore'), join(repository, '.gitignore'));
  mkdirSync(join(repository, '.github', 'workflows'), { recursive: true });
  renameSync(join(repository, 'ci.yml'), join(repository, '.github', 'workflows', 'guardrails.yml'));
  const files = filesOf();
  put(repository, files);
  git(repository, 'init', '--quiet', '-b', 'main');
  git(repository, 'add', '-A');
  git(repository, 'commit', '--quiet', '-m', 'Rules before the promotion');
  git(repository, 'config', 'core.hooksPath', 'hooks');
  const baseline = baselineOf(repository);
  const broken = Object.keys(files)
    .filter((path) => path.startsWith('candidate/'))
    .toSorted()[at];
  const changed =
    next && broken !== undefined ? { [broken]: (files[broken] ?? '').replace(next.from, () => next.to) } : {};
  put(repository, { ...changed, ...commits });
  if (done)
    for (const area of readdirSync(join(repository, 'candidate')))
      git(repository, 'rm', '--quiet', '-r', `candidate/${area}`);
  git(repository, 'add', '-A');
  git(repository, 'commit', '--quiet', '--allow-empty', '-m', 'Rules as their teams have them');
  execFileSync('git', ['clone', '--quiet', '--bare', repository, remote], { stdio: 'ignore' });
  git(repository, 'remote', 'add', 'origin', remote);
  git(repository, 'fetch', '--quiet', 'origin');
  put(repository, uncommitted);
  return { repository, remote, baseline };
}

/** Lines that the tests come to before the first day, and lines that there are; those of the tests themselves do not count. */
function baselineOf(repository: string): Prepared['baseline'] {
  execFileSync(process.execPath, ['tools/tests.js'], { cwd: repository, stdio: 'ignore' });
  const report = readFileSync(join(repository, 'out', 'lcov.info'), 'utf8');
  const sources = report.split('end_of_record').filter((record) => !/^SF:test\//m.test(record));
  const sum = (mark: string): number =>
    sources.reduce((total, record) => total + Number(new RegExp(`^${mark}:(\\d+)$`, 'm').exec(record)?.[1] ?? 0), 0);
  return { covered: sum('LH'), lines: sum('LF') };
}

await hostLab({
  // Some are of both runbooks.
  faults: [...new Set([...FAULTS, ...BURST_FAULTS])],
  sound: SOUND,
  run: async ({ dir, fault }, start) => {
    const { repository, remote, baseline: figures } = prepare(dir, fault);
    const work = join(dir, 'work');
    mkdirSync(work);
    const file = join(dir, 'forge-url');
    start(fileURLToPath(new URL('./forge.js', import.meta.url)), [
      '--remote',
      remote,
      '--file',
      file,
      ...(fault.readOnly ? ['--rights', 'read'] : []),
      ...(fault.limit === undefined ? [] : ['--limit', String(fault.limit)]),
    ]);
    await appears(file);
    const baseline = join(dir, 'baseline.json');
    writeFileSync(baseline, JSON.stringify(figures));
    const token = join(dir, 'token');
    writeFileSync(token, 'golive-token', { mode: 0o600 });
    return {
      target: 'promotion-lab',
      inputs: { repository, workDir: work, baseline, apiBase: readFileSync(file, 'utf8').trim(), tokenFile: token },
    };
  },
});
