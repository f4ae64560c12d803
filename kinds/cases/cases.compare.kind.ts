import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { VERDICT_CLASSES } from './verdict-class.js';
import { accountOutputs, unreadableField } from '../shared/reading.js';

const verdicts = z.record(z.string(), z.string());
const confusion = z.record(z.string(), z.number().min(0));

export const casesCompare = defineKind({
  title: 'Compare case runs',
  about: 'Compares a run of cases with an earlier one: changed verdicts, and the largest drop of a class.',
  input: z.strictObject({
    baseline: verdicts.optional().describe('Verdict by case id of the earlier run.'),
    current: verdicts.optional().describe('Verdict by case id of this run.'),
    baselineConfusion: confusion.optional().describe('Count by "expected>got" of the earlier run.'),
    currentConfusion: confusion.optional(),
    baselineFile: z
      .string()
      .min(1)
      .optional()
      .describe('results.jsonl or metrics.json of an earlier run, instead of `baseline`; may be missing.'),
    maxDrop: z.number().min(0).max(1).default(0.3).describe('Largest tolerated drop of a class, as a ratio.'),
    minCases: z
      .int()
      .min(1)
      .default(1)
      .describe(
        'Fewest comparable cases that the earlier run has of a class whose drop is judged: a class of three cannot fall by less than 33 points.',
      ),
    columns: z
      .strictObject({ id: z.string().min(1), expected: z.string().min(1), verdict: z.string().min(1) })
      .optional()
      .describe('Names of members in `baselineFile`, where it is of another program: `{id: case_id, …}`.'),
    classes: z
      .record(z.string().min(1).max(100), z.enum(VERDICT_CLASSES))
      .default({})
      .describe('Its words for pass, warn, reject and blocked.'),
    unreadable: unreadableField,
  }),
  outputs: z.object({
    ...accountOutputs,
    compared: z.boolean().describe('False when there was no earlier run to compare with.'),
    agreement: z.number().optional().describe('Share of the earlier run’s cases that got the same verdict now.'),
    changed: z
      .number()
      .optional()
      .describe(
        'Cases of the earlier run with another verdict now, or none; not there where its verdicts are not known.',
      ),
    maxDrop: z
      .number()
      .optional()
      .describe(
        'Largest drop of recall of a class other than blocked, as a ratio; 0 = none; not there where it is not known.',
      ),
    accuracyBefore: z
      .number()
      .optional()
      .describe('Share of the cases of `baselineFile` that agreed with the oracle; not there where that is not known.'),
    blockedBefore: z.number().optional().describe('Share of the cases of `baselineFile` that were blocked.'),
    worstClass: z.string().describe('The class that dropped most, or whose drop is not known; else `none`.'),
    exceeds: z
      .boolean()
      .describe('The drop is larger than tolerated, or not known: a person must record the root cause.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'an earlier run that is not there, was stopped (`complete: false`), or holds no case':
      '`compared: false`; `changed` and `maxDrop` are not there, so that a gate on them is inconclusive, and `exceeds` is true',
    'a class with verdicts before and no comparable one now':
      'its drop is not known: no `maxDrop`, and `exceeds` is true, unless another class is known to have fallen too far',
    'a file that is empty, half-written, or holds a case twice':
      'unreadable lines: with more than `unreadable.atMost` the step fails',
    'a class with fewer cases than `minCases`': 'is not judged; `compare.json` names it',
    'a case that only one of the runs has': 'of the earlier one: changed; of this one: left out',
    'a member that stands twice with two values': 'the earlier run cannot be read, and the step fails',
    'another encoding': 'UTF-8, and UTF-16 by its byte order mark; what is neither is unreadable',
  },
  example: `id: compare
uses: cases.compare
with: { baselineFile: earlier/results.jsonl, current: { case-1: pass }, currentConfusion: { "pass>pass": 1 } }
`,
  sample: {
    looked: 1,
    unreadable: 0,
    leftOut: 0,
    compared: true,
    agreement: 1,
    changed: 0,
    maxDrop: 0,
    worstClass: 'none',
    exceeds: false,
  },
  leaves: ['compare.json'],
});
