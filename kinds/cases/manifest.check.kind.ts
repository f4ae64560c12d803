import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { accountOutputs } from '../shared/reading.js';

export const manifestCheck = defineKind({
  title: 'Manifest sanity',
  about: 'Checks a manifest of cases: ids, scenario counts and the distribution of expected verdicts, all recounted.',
  input: z.strictObject({
    manifest: z.string().min(1).describe('Path of the manifest.'),
    expectCount: z.int().min(1).optional().describe('Exact number of cases.'),
    expectScenarios: z.int().min(1).optional().describe('Fewest different scenarios.'),
  }),
  outputs: z.object({
    ...accountOutputs,
    cases: z.number(),
    scenarios: z.number().describe('Different scenarios.'),
    sha256: z.string().describe('SHA-256 of the manifest.'),
    expected: z.record(z.string(), z.number()).describe('Cases by expected verdict.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'a manifest that is empty, half-written or no text':
      'CHECK_FAILED, so that `until` looks again: it is read as a whole, or not at all',
    'a case that stands twice': 'refused',
    'another encoding': 'UTF-8, and UTF-16 by its byte order mark; what is neither is unreadable',
    'a huge manifest': 'refused beyond 256 MiB or 100,000 cases',
  },
  example: `id: manifest
uses: manifest.check
with: { manifest: cases/smoke20.json, expectCount: 20 }
`,
  sample: {
    looked: 20,
    unreadable: 0,
    leftOut: 0,
    cases: 20,
    scenarios: 12,
    sha256: 'a'.repeat(64),
    expected: { pass: 8, warn: 5, reject: 6, blocked: 1 },
  },
  leaves: ['manifest.json'],
});
