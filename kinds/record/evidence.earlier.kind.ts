import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { duration } from '../shared/fields.js';

export const evidenceEarlier = defineKind({
  title: 'Count phases of earlier go-lives',
  about:
    'Verifies sealed bundles of earlier go-lives of the same target, keeps what they say of themselves, and tells which of their phases count here: those of the same commit, tree, runbook and inputs whose gates are all GO.',
  input: z.strictObject({
    changes: z
      .array(
        z
          .string()
          .regex(
            /^[A-Za-z0-9_][A-Za-z0-9._@+=-]{0,127}$/,
            'the change of a go-live, as c1: letters, digits and . _ @ + = -',
          ),
      )
      .max(10)
      .describe('Changes of the earlier go-lives, e.g. `[c1]`; their bundles lie beside this one.'),
    commit: z
      .string()
      .min(1)
      .describe('The commit that they must be of: the one that a git.state of this go-live gave.'),
    code: z
      .array(z.string().min(3).max(300))
      .min(1)
      .max(10)
      .describe(
        '`<phase>.<step>` of each git.state, in a phase that is always executed: there it gave that commit, and `clean`.',
      ),
    gates: z
      .array(z.string().min(3).max(300))
      .max(50)
      .default([])
      .describe(
        '`<phase>.<gate>` of each gate that must have been GO there, such as that what ran was of that commit.',
      ),
    mayDiffer: z
      .array(z.string().min(1).max(100))
      .max(20)
      .default([])
      .describe('Inputs that choose what is executed and change nothing of it; every other one must be the same.'),
    within: duration.prefault('7d').describe('How long ago they may have ended when this one began.'),
    at: z.string().min(1).describe('When this go-live began: `${{ run.started }}`.'),
  }),
  outputs: z.object({
    named: z.int().describe('Go-lives that were named.'),
    counted: z.int().describe('Those of which something counts.'),
    phases: z.array(z.string()).describe('Ids of the phases that count.'),
    why: z.array(z.string()).describe('Why one does not count, or a phase of it.'),
  }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  meets: {
    'no changes': 'nothing counts; the step passes',
    'a go-live without a closed bundle, of another key, mode, commit, runbook or input, of a dirty tree, or too old':
      'counts for nothing, and `why` says so',
    'a bundle that does not verify': 'counts for nothing: every byte of it is verified first, as `golive verify` does',
    'a go-live that was taken back, wholly or in part, or is being taken back':
      'counts for nothing: what it did is in place no more',
    'a plan beside these bundles that cannot be read':
      'the step fails: whether one of them was taken back is not known',
    'a work tree that is not as committed now':
      'is not looked at: a gate on `clean` of the step that reads the code keeps it from passing',
    'a file that a `path` input names, or that a step reads':
      'is held to be the same where a command of the runbook uses it; of others only the path is compared',
    'a phase that several executed': 'the last one that did decides, also where it failed',
    'a phase that passed under a waiver': 'does not count',
    'an event log of more than 64 MiB': 'counts for nothing',
    'signed approvals': 'are judged by the signers of the plan of that bundle; its seal is by the key of this worker',
  },
  example: `id: earlier
uses: evidence.earlier
with:
  changes: [c1]
  commit: 9fceb02d0ae598e95dc970b74767f19372d61af8
  code: [ready.code, certification.code]
  gates: [certification.running]
  mayDiffer: [execute, earlier]
  at: "\${{ run.started }}"
`,
  sample: { named: 0, counted: 0, phases: [], why: [] },
  leaves: ['looked.json', 'own-plan.json', 'counted.json'],
});
