import { z } from 'zod';
import type { Json } from '../../model/json.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';
import { duration } from '../shared/fields.js';
import { member } from '../shared/given.js';

/** A duration between two bounds, in milliseconds. */
const durationBetween = (least: number, most: number, said: string) =>
  duration.refine((ms) => ms >= least && ms <= most, said);

const status = z.int().min(100).max(599);

const steadyField = z
  .strictObject({
    url: z
      .string()
      .max(4000)
      .regex(/^(https?:\/\/|\$\{\{)/, 'an address that begins with http:// or https://')
      .optional()
      .describe('Is asked with GET; a redirect is not followed.'),
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.union([z.string(), secretRef])).default({}),
    status: z
      .union([status, z.array(status).min(1)])
      .optional()
      .describe('What the answer must have; 200–299 when absent.'),
    bodyContains: z.string().min(1).max(1000).optional(),
    argv: z
      .array(z.string().max(4096))
      .min(1)
      .max(64)
      .optional()
      .describe('Instead of `url`: a command that only looks, and ends with code 0 while all is well.'),
    within: durationBetween(1, 60_000, '1 ms to 1 m')
      .prefault('1s')
      .describe('How long an answer may take; a later one is not steady.'),
  })
  .refine(({ url, argv }) => (url === undefined) !== (argv === undefined), { message: 'give `url` or `argv`' })
  .describe('What is seen of the target while all is well.');

/** What every experiment takes: what is looked at, how often, and for how long. */
export const experimentFields = {
  steady: steadyField,
  every: durationBetween(100, 60_000, '100 ms to 1 m')
    .prefault('500ms')
    .describe('A sample is begun each time, whether earlier ones were answered or not.'),
  samples: z
    .int()
    .min(2)
    .max(100)
    .default(5)
    .describe('So many steady ones in a row are the steady state, before a fault and after it.'),
  rounds: z.int().min(1).max(20).default(3).describe('How often the fault is put in; the worst round counts.'),
  recoverWithin: durationBetween(1000, 3_600_000, '1 s to 1 h')
    .prefault('2m')
    .describe('How long is waited for the steady state, before a fault and after it; what is too long a gate says.'),
  judge: z
    .boolean()
    .default(true)
    .describe('false: a round that did not recover is counted, for a gate, and fails nothing.'),
} as const;

/** How long a fault stays that is held. */
export const lastsField = durationBetween(1000, 600_000, '1 s to 10 m')
  .prefault('30s')
  .describe('How long the fault stays in; its holder takes it out then, whatever became of the step.');

/** A size in bytes as people write it. */
export const size = z
  .union([
    z.int().min(1),
    z.string().regex(/^[1-9]\d{0,8} ?(KiB|MiB|GiB)$/, 'a size is written like 512MiB or 2GiB, or in bytes'),
  ])
  .transform((value) => (typeof value === 'number' ? value : bytesOf(value)))
  .describe('Bytes, or 512MiB, 2GiB.');

const UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

function bytesOf(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+) ?(\w+)$/.exec(text) ?? [];
  return Number(digits) * (UNITS[unit] ?? Number.NaN);
}

const ms = z.number();

/** One round of an experiment. */
export const roundFigures = z.object({
  round: z.int(),
  recovered: z.boolean(),
  recoveryMs: ms.optional(),
  afterLiftMs: ms.optional(),
  noticed: z.boolean(),
  impact: z.number().optional(),
  samples: z.int(),
  broken: z.int(),
});
export type RoundFigures = z.infer<typeof roundFigures>;

/** What every experiment gives. */
export const experimentOutputs = {
  rounds: z.int().describe('Rounds that were asked for.'),
  ran: z.int().describe('Rounds that were run to their end; after one that did not recover there is no other.'),
  recovered: z.int().describe('Rounds after which the target was steady again.'),
  recoveryMs: ms
    .optional()
    .describe(
      'From the fault to the first sample of the steady run that held to the end, of the worst round; 0 where no sample showed the fault. Absent unless every round recovered.',
    ),
  afterLiftMs: ms.optional().describe('The same, from when the fault was out again.'),
  noticed: z.int().describe('Rounds in which a sample was not steady: the others show only that nobody saw the fault.'),
  impact: z
    .number()
    .optional()
    .describe('Share of the samples that were not steady while the fault was in, of the worst round.'),
  samples: z.int().describe('Samples that were taken, in all rounds.'),
  broken: z.int().describe('Rounds that ended with their worker, and were run again.'),
  each: z.array(roundFigures).describe('The same of each round.'),
};

/** What guards may watch. */
export const experimentRunning = z.object({
  round: z.int(),
  samples: z.int().describe('Samples of this round so far.'),
  unsteady: z.int().describe('Those of them that were not steady.'),
  unsteadyMs: ms.describe('For how long the target has not been steady, in milliseconds; 0 while it is.'),
});

export const EXPERIMENT_LEAVES = ['samples.jsonl', 'rounds.json'];

export const EXPERIMENT_SHOWS = (title: string) =>
  [
    {
      as: 'figures',
      title,
      place: 'figures',
      outputs: ['rounds', 'recovered', 'recoveryMs', 'afterLiftMs', 'noticed', 'impact', 'broken'],
      titles: {
        rounds: 'Rounds',
        recovered: 'Recovered',
        recoveryMs: 'Recovery, worst, ms',
        afterLiftMs: 'After the fault was out, worst, ms',
        noticed: 'Rounds that were noticed',
        impact: 'Unsteady while it was in, worst share',
        broken: 'Rounds run again',
      },
    },
  ] as const;

/** What every experiment does with what is not the plain case. */
export const EXPERIMENT_MEETS = {
  'a target that is not steady before': 'the step fails, and no fault is put in',
  'a round that does not recover': 'fails the step; with `judge: false` it is counted. No other round is begun',
  'a guard that trips': 'takes the fault out at once',
  'a fault that cannot be shown to be in, or out again': 'the step fails',
  'a sampler that fell behind': 'with more than a fifth of its samples missed the experiment is void: the step fails',
  'a worker that is lost between two rounds': 'the rounds that ended stand, and the next attempt goes on',
} as const;

/** What the faults with a holder do when their worker is lost. */
export const HELD_MEETS = {
  'a worker that is killed':
    'its holder takes the fault out at once; the next attempt tells the broken round, and runs it again',
  'a worker that is killed with its holder': 'the next attempt takes the fault out first, and so does the undo',
} as const;

/** The most time that an experiment takes. */
export function longest(given: { rounds?: Json; recoverWithin?: Json; steady?: Json; lasts?: Json }): Json {
  const of = (value: Json | undefined, absent: number): number => {
    const { data } = duration.safeParse(value);
    return data ?? absent;
  };
  const rounds = typeof given.rounds === 'number' ? given.rounds : 3;
  const one =
    2 * of(given.recoverWithin, 120_000) + of(given.lasts, 30_000) + 2 * of(member(given.steady, 'within'), 1000);
  return rounds * (one + ROUND_MS);
}

/** Holders start, are heard of, and take their fault out. */
const ROUND_MS = 30_000;

/** The command that looks, and what a kind may run besides. */
export function steadyPrograms(steady: Json | undefined, ...more: (Json | undefined)[]) {
  const all = [member(steady, 'argv'), ...more];
  return { names: all.map((one) => (Array.isArray(one) ? one[0] : undefined)) };
}

/** An outcome in which nothing broke. */
export const EXPERIMENT_SAMPLE = {
  rounds: 3,
  ran: 3,
  recovered: 3,
  recoveryMs: 1840,
  afterLiftMs: 640,
  noticed: 3,
  impact: 0.8,
  samples: 96,
  broken: 0,
  each: [1, 2, 3].map((round) => ({
    round,
    recovered: true,
    recoveryMs: 1840,
    afterLiftMs: 640,
    noticed: true,
    impact: 0.8,
    samples: 32,
    broken: 0,
  })),
};
