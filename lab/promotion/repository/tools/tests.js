import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';

/** Runs the tests but for those in quarantine, and leaves JUnit and coverage in `out/`. */
mkdirSync('out', { recursive: true });
const files = readdirSync('test')
  .filter((name) => name.endsWith('.test.js'))
  .map((name) => `test/${name}`);
const reporters = [
  ['spec', 'stdout'],
  ['junit', 'out/junit.xml'],
  ['lcov', 'out/lcov.info'],
];
const { status } = spawnSync(
  process.execPath,
  [
    '--test',
    '--experimental-test-coverage',
    ...reporters.flatMap(([name, to]) => [`--test-reporter=${name}`, `--test-reporter-destination=${to}`]),
    ...files,
  ],
  { stdio: ['ignore', 'inherit', 'inherit'] },
);
process.exit(status ?? 1);
