import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { glob } from '../shared/glob.js';
import { newerThan } from '../shared/newer.js';

const FORMATS = ['lcov', 'cobertura', 'istanbul', 'istanbul-summary'] as const;
export type CoverageFormat = (typeof FORMATS)[number];

/** What is no source: tests and what they need, declarations, settings, and what others wrote. */
const NO_SOURCES = [
  '**/node_modules/**',
  '**/{test,tests,__tests__,__mocks__,spec}/**',
  '**/*.{test,spec,config}.*',
  '**/*.d.{ts,mts,cts}',
  '**/test_*.py',
  '**/*_test.{go,py}',
  '**/conftest.py',
];

const percent = z.number().min(0).max(100);
const count = z.int();

export const coverageRead = defineKind({
  title: 'Read coverage',
  about:
    'Reads a coverage report by its files, each counted once: how much was hit overall, and in the worst of the named critical paths.',
  input: z
    .strictObject({
      file: z.string().min(1).describe('The report.'),
      format: z
        .enum(FORMATS)
        .optional()
        .describe(
          'By what stands in it when absent: XML is Cobertura, JSON is istanbul’s `coverage-final` or `coverage-summary`, else lcov.',
        ),
      root: z
        .string()
        .min(1)
        .optional()
        .describe(
          'The folder that `critical` is relative to, as the program that wrote the report calls it; by default the one that holds the runbook.',
        ),
      critical: z
        .record(z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and _'), z.array(glob).min(1).max(50))
        .default({})
        .describe(
          'Critical paths by name, each with patterns of its files; a pattern that matches no file fails the step.',
        ),
      exclude: z
        .array(glob)
        .max(50)
        .default(NO_SOURCES)
        .describe('What is no source, such as tests: it counts nowhere, and is no part of a critical path.'),
      tree: z
        .string()
        .min(1)
        .optional()
        .describe(
          'A folder of a repository, the same as `root`: what its commit holds and the report does not tell of counts as not covered, by its lines that are not empty; what the commit does not hold does not count.',
        ),
      sources: z
        .array(glob)
        .max(50)
        .default([])
        .describe('The sources below `tree`; without one, all files with an ending that the report tells of.'),
      newerThan,
    })
    .refine(({ tree, sources }) => tree !== undefined || sources.length === 0, {
      message: 'sources lie below a `tree`',
      path: ['sources'],
    }),
  outputs: z.object({
    lines: percent.describe('Percent of the lines that were hit.'),
    branches: percent.optional().describe('Percent of the branches; absent where the report tells of none.'),
    functions: percent.optional().describe('Percent of the functions; absent where the report tells of none.'),
    criticalPercent: percent
      .optional()
      .describe('Percent of the lines of the worst critical path; absent without one.'),
    worst: z.string().optional().describe('The critical path that it is.'),
    critical: z.record(z.string(), percent).describe('Percent of the lines by the name of a critical path.'),
    files: count.describe('Source files, measured or not.'),
    allLines: count.describe('Lines of them that can be hit.'),
    hitLines: count,
    others: count.describe('Files of the report that are no sources, and do not count.'),
    unmeasured: count.describe('Source files of the commit that the report does not tell of; 0 without `tree`.'),
    told: percent
      .optional()
      .describe('Of the lines that are not empty in the files that were measured, those that the report tells of.'),
    format: z.enum(FORMATS),
    written: z.string().describe('When the report was written, or made, if it says an earlier time.'),
    credentials: count.describe('Credentials that nobody declared, masked in the kept report.'),
  }),
  members: ({ critical }) => ({ critical }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'a report that is not there': 'NOT_FOUND: without a report nothing is covered, nor uncovered',
    'an empty, torn or other file, one without a line': 'CHECK_FAILED, so that `until` looks again',
    'a report of an earlier run': 'older than `newerThan`, by its file or by its own word: CHECK_FAILED',
    'a file twice, by one name or by several': 'counts once, line by line, and a line as hit where one of them is',
    'classes of one file (Cobertura)':
      'are one file; its `source` is the folder of names that are relative, where there is one',
    'a pattern that matches no file, or files without a line':
      'EXPECTATION_FAILED: a path that is not measured is not covered',
    'a file outside of the root': 'keeps its whole name, and counts overall',
    'a report that says more than it holds': 'an error, as for [`metrics.read`](#metricsread)',
    'a summary whose total is not that of its files': 'an error',
    'what the report leaves out':
      'counts as not covered where `tree` says what there is; without it is not known: let the program that measures report files that no test loads',
    'tests in the report': 'count nowhere, by `exclude`; `others` counts them',
    'a report of tests alone, or of no file of the commit': 'EXPECTATION_FAILED: of the sources nothing is known',
    'a `tree` that belongs to no repository, or a commit without sources': 'NOT_FOUND, EXPECTATION_FAILED',
    'people who want to read it':
      'open `index.html`: folders, files and the lines that were not hit, without a script; what more than 2,000 files or 1 MiB of lines come to is told as left out',
    'low coverage': 'is an output, for a gate to judge',
  },
  example: `id: coverage
uses: coverage.read
with:
  file: coverage/lcov.info
  tree: .
  sources: [src/**]
  critical:
    payments: [src/payments/**]
    sign_in: [src/auth/**, src/session.ts]
  newerThan: "\${{ run.started }}"
`,
  sample: {
    lines: 88.5,
    branches: 81.2,
    functions: 90,
    criticalPercent: 94.1,
    worst: 'payments',
    critical: { payments: 94.1, sign_in: 97 },
    files: 120,
    allLines: 9000,
    hitLines: 7965,
    others: 0,
    unmeasured: 0,
    told: 45,
    format: 'lcov',
    written: '2026-11-26T10:00:00.000Z',
    credentials: 0,
  },
  leaves: [
    'coverage.lcov',
    'coverage.xml',
    'coverage.json',
    'sources.json',
    'read.json',
    'files.csv',
    'critical.csv',
    'index.html',
  ],
  shows: [
    {
      as: 'figures',
      title: 'Coverage',
      place: 'figures',
      outputs: ['lines', 'branches', 'functions', 'criticalPercent', 'worst', 'files', 'unmeasured'],
    },
    { as: 'rows', title: 'Coverage of critical paths', place: 'figures', file: 'critical.csv' },
  ],
});
