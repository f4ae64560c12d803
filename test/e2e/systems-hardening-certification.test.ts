import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { RELEASE_PAGES } from '../../model/evidence/own-files.js';
import { type Left, testSystem } from '../kits/system.js';

const certificate = z.object({
  level: z.string(),
  gates: z.array(z.object({ id: z.string(), standing: z.string(), why: z.string().optional() })),
});

function certified({ data }: Pick<Left, 'data'>) {
  const said = certificate.parse(JSON.parse(readFileSync(join(data, RELEASE_PAGES.certificateJson), 'utf8')));
  return { ...said, of: (id: string) => said.gates.find((gate) => gate.id === id) };
}

/** A gate that failed keeps from every level. */
const fails = (id: string, why: RegExp) => (left: Left) => {
  const { level, of } = certified(left);
  expect([level, of(id)]).toEqual([
    'none',
    expect.objectContaining({ standing: 'fail', why: expect.stringMatching(why) }),
  ]);
};

await testSystem({
  name: 'hardening-certification',
  faults: [
    'broken-link',
    'collection-error',
    'coverage-lowered',
    'critical-path-lost',
    'dirty-tree',
    'egress-open',
    'errors',
    'hook-broken',
    'hook-gone',
    'left-out',
    'licence',
    'metrics-frozen',
    'no-respawn',
    'other-commit',
    'secret-in-history',
    'secret-in-tree',
    'slow-bootstrap',
    'slow-endpoint',
    'test-asks-outside',
    'tests-skipped',
    'thin-troubleshooting',
    'unwired',
    'vulnerable-pattern',
  ],
  sample: ['left-out', 'secret-in-history'],
  longMs: 900_000,
  files: Object.values(RELEASE_PAGES),
  after: (data) => {
    const { level, gates } = certified({ data });
    expect(level).toBe('GOLD (rehearsal ×60, not a certificate)');
    expect(gates.every(({ standing }) => standing === 'pass')).toBe(true);
  },
  afterFault: {
    'left-out': (left) => {
      const { level, of } = certified(left);
      expect(level).toBe('SILVER (rehearsal ×60, not a certificate)');
      expect([of('G1')?.standing, of('G2')?.standing]).toEqual(['pass', 'ready']);
    },
    'secret-in-history': fails('G5', /Secrets in history/),
    'secret-in-tree': fails('G5', /Secrets in the work tree/),
    'vulnerable-pattern': fails('G5', /High and critical findings/),
    licence: fails('G5', /licence/),
    'coverage-lowered': fails('G1', /Lines covered/),
    'tests-skipped': fails('G1', /Tests that were skipped/),
    'test-asks-outside': fails('G1', /Tests that failed/),
    'egress-open': (left) =>
      expect([certified(left).level, certified(left).of('G10')?.standing]).toEqual(['none', 'not-run']),
    'hook-broken': fails('G5', /Exit code of the pre-commit hook/),
    'hook-gone': (left) =>
      expect([certified(left).level, certified(left).of('G5')?.standing]).toEqual(['none', 'not-run']),
    'other-commit': fails('G0', /of this commit/),
    'collection-error': (left) => expect(certified(left).level).toBe('none'),
    'critical-path-lost': (left) =>
      expect([certified(left).level, certified(left).of('G1')]).toEqual([
        'none',
        expect.objectContaining({ standing: 'not-run', why: expect.stringMatching(/src\/islands\.js/) }),
      ]),
    'dirty-tree': fails('G0', /not as committed/),
    errors: fails('G3', /Errors under load/),
    'slow-endpoint': fails('G2', /P1 p99/),
    'no-respawn': fails('G4', /Rounds that did not recover/),
    'slow-bootstrap': fails('G7', /From a clean copy/),
    unwired: fails('G9', /Modules that nothing reaches/),
    'metrics-frozen': fails('G6', /Counters that stand still/),
    'broken-link': fails('G8', /Links that lead nowhere/),
    'thin-troubleshooting': fails('G8', /Documents that lack something/),
  },
});
