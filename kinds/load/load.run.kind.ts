import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import type { Json } from '../../model/json.js';
import { duration } from '../shared/fields.js';
import { member } from '../shared/given.js';
import { processFields } from '../process/process-fields.js';
import { BROWSERS, request } from './load-request.js';
import { lengthOf, profileField, profileOf } from './profiles.js';
import { targetOutput } from './target-figures.js';

const count = z.int();
const ms = z.number();

export const loadRun = defineKind({
  title: 'Load run',
  about:
    'Puts a load of constant arrival on a service (open loop) and measures errors and latency, each from when its task was due.',
  input: z.strictObject({
    profile: profileField,
    requests: z
      .record(z.string().regex(/^[A-Za-z][\w-]*$/, 'a name of letters, digits, _ and -'), request)
      .refine((all) => Object.keys(all).length > 0, 'at least one request')
      .describe('The mix of tasks, by their names.'),
    timeout: duration.prefault('30s').describe('Time for one answer; a task without one counts as an error.'),
    slowerThan: duration
      .optional()
      .describe(
        'The target of the 99th percentile: tasks above it are counted, so that profiles can be judged together.',
      ),
    process: processFields
      .optional()
      .describe(
        'The process of the service, where it runs on the machine of the worker: its processor, memory and open files are sampled while the load runs.',
      ),
    maxLag: duration
      .prefault('100ms')
      .describe(
        'How late the generator itself may come to a task (99th percentile), or to a cycle’s end by another rate; beyond it the run is void.',
      ),
  }),
  outputs: z.object({
    tasks: count.describe('Tasks that were due; each has its sample.'),
    errors: count.describe('Tasks without an answer as expected.'),
    errorRate: z.number(),
    errorRateUpper: z.number().describe('Wilson 95 % upper bound of the error rate.'),
    p50: ms.describe('Milliseconds from when a task was due to the end of its answer.'),
    p90: ms,
    p95: ms,
    p99: ms,
    p99Upper: ms
      .optional()
      .describe('Upper bound of the 99th percentile, 95 % sure, of any distribution; absent below 299 tasks.'),
    slow: count
      .optional()
      .describe('Tasks slower than `slowerThan`, where that is given; failed ones by the time that they took.'),
    max: ms,
    mean: ms,
    ratePlanned: z.number().describe('Tasks a second.'),
    rate: z.number().optional().describe('Tasks a second that arrived.'),
    arrivalError: z.number().describe('How far the rate is from what was planned, as a share.'),
    lagP99: ms.describe('How late the generator came to a task, 99th percentile.'),
    waited: count.describe('Tasks that waited for one of the agents.'),
    byStatus: z.record(z.string(), count).describe('Tasks by HTTP status; 0 where no answer came.'),
    byError: z.record(z.string(), count).describe('Errors by their kind.'),
    browser: z.string().optional().describe('The browser that opened pages, with its version; absent without pages.'),
    byRequest: z
      .record(z.string(), z.object({ tasks: count, errors: count, p99: ms }))
      .describe('The same of each request of the mix.'),
    target: targetOutput.optional(),
    targetUnknown: z.string().optional().describe('Why `process` was not sampled; absent where it was.'),
    scale: z.number().describe('How many times faster than real time it ran; 1 in a live go-live.'),
  }),
  effect: 'none',
  // Nobody knows what the scripts of a page do.
  mustSay: ({ requests }) =>
    Object.values(asMap(requests)).some((one) => hasBrowser(one) || !looksOnly(member(one, 'method'))),
  reach: ({ requests }) =>
    Object.values(asMap(requests)).flatMap((one) => [member(one, 'url'), member(one, 'browser')]),
  writes: 'none',
  runs: ({ requests }) => ({
    names: [],
    perhaps: Object.values(asMap(requests)).some(hasBrowser) ? BROWSERS : [],
  }),
  takes: ({ profile }) => {
    const { data } = profileField.safeParse(profile);
    return data === undefined ? member(profile, 'duration') : lengthOf(profileOf(data));
  },
  undo: null,
  meets: {
    'a target that stalls':
      'tasks go on arriving; those that wait for an agent or an answer count the wait, so that a stall is seen as users would see it',
    'a generator that falls behind':
      'the run is void: the step fails, with its samples, and no figure of it is an output',
    'answers that are wrong at once': 'are errors, and their latencies count, too',
    'no answer': 'is an error with the time that was waited for it',
    'more tasks than agents when the last has arrived':
      'are still sent for the time of one answer; what is not sent by then is an error (`unsent`)',
    'a worker that is killed': 'ends the generator with it; the next attempt begins the load again',
    'a `process` that is not found':
      'another machine, no /proc, none or several of its name: the load goes on, `target` is absent, no file of it is left, and `targetUnknown` says why',
    'a `process` that ends meanwhile':
      'is looked for again; looks at which it did not run are counted (`gone`), and what it used then is not known, never 0',
    'less than 299 tasks': '`p99Upper` is absent, so that a gate on it is inconclusive',
    'a rehearsal': 'the load is as many tasks at so many times the rate; `scale` says how many',
    'a redirect': 'is not followed: its status counts; a browser follows it, within the hosts of the mix',
    certificates: 'are judged as the system of the worker judges them; those of pages, as its browser does',
    'a page in a browser':
      'is opened in an empty tab, without cookies or a cache, and ends when it has loaded, or shows what `waitFor` says; a script that breaks (`script`), what is never shown (`absent`) and an address of another host (`blocked`) are errors',
    'another host in a page': 'is not reached, whatever asks for it: only hosts of the mix have an address',
    'no browser on the machine':
      'TOOL_MISSING before anything is sent: a task that cannot be run is never left out of the figures',
    'a browser that ends meanwhile': 'COMMAND_FAILED: there are no figures',
  },
  example: `id: baseline
uses: load.run
effect: idempotent
with:
  profile: { agents: 2, perMinute: 600, duration: 1m }
  requests:
    validate: { url: "http://127.0.0.1:8000/api/validate/", method: POST, body: { case_id: "load-{{task}}" }, weight: 9 }
    health: { url: "http://127.0.0.1:8000/healthz" }
    page: { browser: "http://127.0.0.1:8000/", waitFor: { selector: "#verdict" } }
`,
  sample: {
    tasks: 600,
    errors: 0,
    errorRate: 0,
    errorRateUpper: 0.0064,
    p50: 12,
    p90: 20,
    p95: 28,
    p99: 61,
    p99Upper: 80,
    max: 95,
    mean: 14,
    ratePlanned: 10,
    rate: 10,
    arrivalError: 0,
    lagP99: 2,
    waited: 0,
    byStatus: { '200': 600 },
    byError: {},
    byRequest: { validate: { tasks: 600, errors: 0, p99: 61 } },
    scale: 1,
  },
  leaves: ['samples.csv', 'load.json', 'latency_histogram.txt', 'target_profile.csv', 'target_profile.html'],
  shows: [
    {
      as: 'figures',
      title: 'Load',
      place: 'figures',
      outputs: [
        'tasks',
        'errors',
        'errorRate',
        'errorRateUpper',
        'p50',
        'p95',
        'p99',
        'p99Upper',
        'max',
        'rate',
        'lagP99',
      ],
      titles: {
        errorRate: 'Error rate',
        errorRateUpper: 'Error rate at most (95 %)',
        p50: 'p50 ms',
        p95: 'p95 ms',
        p99: 'p99 ms',
        p99Upper: 'p99 at most, ms (95 %)',
        max: 'Longest ms',
        rate: 'Tasks a second',
        lagP99: 'Generator late, p99 ms',
      },
    },
  ],
  running: z.object({
    tasks: count.describe('Tasks of the whole run.'),
    done: count.describe('Tasks that ended.'),
    errors: count,
    errorShare: z.number().describe('Errors so far / all tasks of the run: once true it stays true.'),
    p99: ms.describe('99th percentile of the latencies so far, in milliseconds.'),
  }),
});

function asMap(value: Json | undefined): Record<string, Json> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function hasBrowser(one: Json): boolean {
  return member(one, 'browser') !== undefined;
}

function looksOnly(method: Json | undefined): boolean {
  return method === undefined || method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
