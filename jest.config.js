/** jest in ESM mode on the TypeScript sources. */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // Each import is looked for under these endings, one after the other: nearly all are ours.
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
};

/** Where a test lies below `test/`. */
const fileOf = (name) => `**/test/${name}.test.ts`;

/** What drives the built `dist/` or a Temporal server: folders and files below `test/`. */
const SYSTEM = [
  'approvals/{forgeries,looks,rights,schedules,signed}',
  'client/{cli,live}',
  'client/rehearse/lab',
  'client/runbook/completion',
  'client/server/{commands,compose,local-server,supervise}',
  'crash/*',
  'docs/{approvals,contributing,examples,figures,howtos,readme,tutorial}',
  'e2e/*',
  'evidence/verify/{attacks,certificate,certificate-odd,earlier,stands-alone,watched}',
  'harness/*',
  'host/file-lock',
  'kinds/agents/agents.freeze',
  'kinds/prometheus/real',
  'kinds/sql/{mysql,sql.query}',
  'kinds/service/redis.check',
  'kinds/stack/engine',
  'lab/golive',
  'lab/lc/e2e',
  'replay/*',
  'security/canaries',
  'wire/encrypted',
  'workflows/*',
].map(fileOf);

/** What measures times, and is void where others take the cores: one file after the other, with nothing beside it. */
const MEASURED = [
  'e2e/{certificate-attacks,systems-hardening-certification}',
  'kinds/chaos/chaos.{disk,kill,memory,network}',
  'kinds/load/{browser,load.run,target-profile}',
].map(fileOf);

const onServer = {
  ...common,
  globalSetup: '<rootDir>/test/kits/run/begin.mjs',
  globalTeardown: '<rootDir>/test/kits/run/end.mjs',
};

export default {
  // Tests wait for conditions; this only bounds a hang, also where both cores are busy.
  testTimeout: 30_000,
  // A worker with nothing left to do takes its heap apart, half a second of work where both cores are busy. With jest's own
  // 500 ms that was reported as a leak; one that really holds a handle still is.
  workerGracefulExitTimeout: 10_000,
  testSequencer: './test/kits/run/sequencer.mjs',
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['**/test/**/*.test.ts', ...[...SYSTEM, ...MEASURED].map((glob) => `!${glob}`)],
    },
    { ...onServer, displayName: 'system', testMatch: [...SYSTEM, ...MEASURED.map((glob) => `!${glob}`)] },
    { ...onServer, displayName: 'measured', testMatch: MEASURED },
  ],
};
