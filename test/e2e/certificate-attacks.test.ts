import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { RELEASE_PAGES } from '../../model/evidence/own-files.js';
import { Project } from '../kits/cli.js';

/** Ways to a certificate without the work. Each is a whole rehearsal: `npm run test:faults` takes all, `npm test` one. */
const ALL = process.env.GOLIVE_ALL === '1';

const outcome = z.object({ bundle: z.string(), key: z.string() });
const certificate = z.object({
  level: z.string(),
  gates: z.array(z.object({ id: z.string(), standing: z.string(), why: z.string().optional() })),
});

let project: Project;
beforeAll(async () => {
  project = await Project.open();
  const up = await project.run('up', '--detach');
  expect([up.code, up.stderr]).toEqual([0, up.stderr]);
}, 120_000);
afterAll(() => project.close(), 60_000);

const EMPTY = JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'none' } }, results: [] }] });
const CANARY = 'src/golive-canary.js';
const sast = (argv: string[], version: string[] = ['node', '--version']) => ({
  argv,
  one: argv,
  version,
  report: { format: 'sarif', proof: { canary: CANARY } },
  canary: { path: CANARY, text: 'eval' },
});
const QUICK = { agents: 50, perMinute: 60, duration: '7m' };
const commits =
  'cd "$(git config remote.origin.url)" && git -c user.name=a -c user.email=a@b commit -q --no-verify --allow-empty -m x';

const ELSEWHERE = JSON.stringify({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'none' } },
      results: [{ locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a.js' } } }] }],
    },
  ],
});
const oneLine = [
  'mkdir -p out && node --test --test-reporter=junit --test-reporter-destination=out/junit.xml test/',
  String.raw`printf 'SF:src/price.js\nDA:1,1\nend_of_record\nSF:test/x.js\nDA:1,1\nend_of_record\n' >out/lcov.info`,
].join(' && ');

const ATTACKS: [string, Record<string, unknown>, string, string, RegExp][] = [
  [
    'an empty scan',
    { execute: ['security'], sast: sast(['printf', '%s', EMPTY]) },
    'G5',
    'not-run',
    /planted|canary|not run/i,
  ],
  [
    'a missing tool',
    { execute: ['security'], sast: sast(['no-such-scanner'], ['no-such-scanner', '--version']) },
    'G5',
    'not-run',
    /no-such-scanner/,
  ],
  [
    'a scanner’s exit code without its report',
    { execute: ['security'], sast: sast(['true']) },
    'G5',
    'not-run',
    /not run/,
  ],
  [
    'a scanner that is held to another place than what was planted',
    {
      execute: ['security'],
      sast: { ...sast(['printf', '%s', ELSEWHERE]), report: { format: 'sarif', proof: { canary: 'src/a.js' } } },
    },
    'G5',
    'fail',
    /what was planted/,
  ],
  [
    'coverage of one line of one file',
    { execute: ['testing'], runTests: ['sh', '-c', oneLine] },
    'G1',
    'fail',
    /Lines covered/,
  ],
  ['tests that are not run', { execute: ['testing'], runTests: ['true'] }, 'G1', 'not-run', /junit/],
  [
    'one profile left out',
    { execute: ['load'], profiles: { P1: QUICK, P2: QUICK, P3: QUICK, P4: QUICK } },
    'G2',
    'not-run',
    /P5/,
  ],
  [
    'a target that nobody set',
    { execute: ['load'], profiles: { P1: QUICK, P2: QUICK, P3: QUICK, P4: QUICK, P5: QUICK }, p99: { P1: 200 } },
    'G2',
    'not-run',
    /P2|P3/,
  ],
  [
    'another commit at the end',
    { execute: ['testing'], runTests: ['sh', '-c', commits] },
    'G0',
    'fail',
    /One commit from the beginning to the end/,
  ],
];

test.each(ALL ? ATTACKS : ATTACKS.slice(0, 1))(
  '%s ends without a level, and says why',
  async (_name, inputs, gate, standing, why) => {
    const given = Object.entries(inputs).flatMap(([name, value]) => ['--input', `${name}=${JSON.stringify(value)}`]);
    const { value } = await project.json(
      'rehearse',
      'hardening-certification',
      '--json',
      '--non-interactive',
      ...given,
    );
    const { bundle, key } = outcome.parse(value);
    const said = certificate.parse(
      JSON.parse(readFileSync(join(bundle, 'data', RELEASE_PAGES.certificateJson), 'utf8')),
    );
    expect(said.level).toBe('none');
    expect(said.gates.find(({ id }) => id === gate)).toMatchObject({
      standing,
      why: expect.stringMatching(why),
    });
    const { code, stdout } = await project.run('verify', bundle, '--key', key);
    expect([code, stdout]).toEqual([0, expect.stringContaining('VERIFIED')]);
  },
  240_000,
);
