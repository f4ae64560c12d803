import { setTimeout as delay } from 'node:timers/promises';
import type { Case, RunningCase } from './case.js';
import { effectsIn, ONCE, REPEATABLE } from './check.js';
import { livingWith } from './world.js';
import { randomFrom } from '../kits/random-from.js';

/** Where a step's worker can die, in the order of the step's life. */
const STEP_POINTS = ['before-intent', 'after-intent', 'during', 'after-act', 'after-outcome', 'before-report'] as const;
/** The eight undos of the failing ending, newest first, as their steps are called. */
const UNDOS = [
  'undo-finish-1-bill-1',
  'undo-finish-1-tag-1',
  'undo-switch-1-move-1',
  'undo-switch-1-cut-1',
  'undo-switch-1-freeze-1',
  'undo-prepare-1-seed-1',
  'undo-prepare-1-migrate-1',
  'undo-prepare-1-config-1',
];
/** History events of an undisturbed RB20, all executions together, at least. */
const EVENTS = 190;
/** Files that an undisturbed RB20 writes: the first begins the bundle, the ninth is of `file.write`, the last six seal. */
const WRITES = 27;

const range = (count: number, from: number, to: number): number[] =>
  Array.from({ length: count }, (_, index) => Math.round(from + ((to - from) * index) / Math.max(1, count - 1)));

function atPoint(step: string, point: (typeof STEP_POINTS)[number], ending: Case['ending'] = 'go'): Case {
  return { kind: 'failpoint', name: `${point} of ${step}`, ending, failpoint: `${point}@${step}` };
}

function atLine(point: string, nth: number, ending: Case['ending'] = 'go'): Case {
  return { kind: 'event log', name: `${point} ${nth}`, ending, failpoint: `${point}:${nth}` };
}

function atWrite(nth: number, ending: Case['ending'] = 'go'): Case {
  return { kind: 'file write', name: `in the middle of write ${nth}`, ending, failpoint: `mid-write:${nth}` };
}

function atEvent(event: number, signal: 'SIGKILL' | 'SIGTERM', ending: Case['ending'] = 'go'): Case {
  return {
    kind: signal === 'SIGKILL' ? 'worker killed' : 'worker drained',
    name: `at event ${event}`,
    ending,
    disturb: async ({ until, events, worker }) => {
      if (await until(() => events() >= event)) worker.signal(signal);
    },
  };
}

function command(step: string): Case {
  return {
    kind: 'command killed',
    name: step,
    ending: 'go',
    pause: 0.15,
    disturb: async ({ until, log }) => {
      const found = (): number[] => livingWith(`effect.sh ${log} ${step} `);
      let pids: number[] = [];
      if (!(await until(() => (pids = found()).length > 0))) return;
      for (const pid of pids) process.kill(pid, 'SIGKILL');
    },
  };
}

function paused(event: number, ms: number): Case {
  return {
    kind: 'worker paused',
    name: `${ms} ms at event ${event}`,
    ending: 'go',
    disturb: async ({ until, events, worker }) => {
      if (!(await until(() => events() >= event))) return;
      worker.signal('SIGSTOP');
      await delay(ms);
      worker.signal('SIGCONT');
    },
  };
}

function cut(how: 'drop' | 'stall' | 'reset', event: number, ms: number): Case {
  return {
    kind: 'connection cut',
    name: `${how} for ${ms} ms at event ${event}`,
    ending: 'go',
    proxy: true,
    disturb: async ({ until, events, proxy }) => {
      if (!(await until(() => events() >= event))) return;
      proxy?.[how]();
      await delay(ms);
      proxy?.heal();
    },
  };
}

function full(event: number, ms: number): Case {
  return {
    kind: 'disk full',
    name: `for ${ms} ms at event ${event}`,
    ending: 'go',
    diskMiB: 8,
    disturb: async ({ until, events, disk }) => {
      if (!(await until(() => events() >= event))) return;
      disk?.fill();
      await delay(ms);
      disk?.free();
    },
  };
}

/** A way back is gone to its end, whoever asks it to stop. */
function cancelledRollback(undo: string, kill: boolean): Case {
  return {
    kind: 'rollback cancelled',
    name: `${undo}${kill ? ', its worker killed' : ''}`,
    ending: 'fail',
    pause: 0.1,
    disturb: async ({ until, log, cancel, worker }) => {
      if (!(await until(() => effectsIn(log).includes(undo)))) return;
      await cancel();
      if (kill) worker.signal('SIGKILL');
    },
  };
}

/** An operator of the server sends the workflow back: it says all of it again, and nothing may be done again. */
function reset(event: number): Case {
  return {
    kind: 'workflow reset',
    mayRepeat: true,
    name: `at event ${event}`,
    ending: 'go',
    pause: 0.1,
    disturb: async ({ until, events, reset: back }) => {
      if (await until(() => events() >= event)) await back();
    },
  };
}

/** The worker's wall clock is wrong, and is set while it works, as by a time service that comes back. */
function skewed(event: number, seconds: number, kill: boolean): Case {
  return {
    kind: 'clock skew',
    name: `${seconds} s at event ${event}${kill ? ', its worker killed' : ''}`,
    ending: kill ? 'fail' : 'go',
    ownClock: true,
    disturb: async ({ until, events, clock, worker }) => {
      clock?.set(-seconds / 2);
      if (!(await until(() => events() >= event))) return;
      clock?.set(seconds);
      if (kill) worker.signal('SIGKILL');
    },
  };
}

function soak(seed: number): Case {
  const random = randomFrom(seed);
  return {
    kind: 'random',
    name: `seed ${seed}`,
    ending: random() < 0.5 ? 'go' : 'fail',
    pause: 0.1,
    disturb: async (running: RunningCase) => {
      for (let strikes = 0; strikes < 3 && !running.ended(); strikes += 1) {
        await delay(300 + random() * 4000);
        const [what, ms] = [random(), 1000 + random() * 9000];
        if (what < 0.6) running.worker.signal('SIGKILL');
        else {
          running.worker.signal('SIGSTOP');
          await delay(ms);
          running.worker.signal('SIGCONT');
        }
      }
    },
  };
}

/** A sample of every kind, for each run of the tests: a deed that must not be repeated at each of its points. */
export function sample(): Case[] {
  return [
    ...STEP_POINTS.map((point) => atPoint('schema', point)),
    atPoint('migrate', 'after-act'),
    atPoint('config', 'during'),
    ...[1, WRITES - 1].map((nth) => atWrite(nth)),
    atLine('mid-log', 15),
    atLine('mid-seal', 1),
    atPoint(UNDOS[3] ?? '', 'during', 'fail'),
    ...range(2, 45, EVENTS - 45).map((event) => atEvent(event, 'SIGKILL')),
    atEvent(60, 'SIGTERM'),
    command('schema'),
    cancelledRollback('undo-move', true),
    paused(90, 7000),
    cut('stall', 60, 7000),
    cut('reset', 90, 100),
    full(90, 3000),
    skewed(90, -7200, true),
    reset(130),
  ];
}

/** All of it: every failpoint of every acting step and undo, and every second event. */
export function everything(seed: number): Case[] {
  const endings = ['go', 'fail'] as const;
  return [
    ...[...ONCE, ...REPEATABLE].flatMap((step) => STEP_POINTS.map((point) => atPoint(step, point))),
    ...UNDOS.flatMap((step) => STEP_POINTS.map((point) => atPoint(step, point, 'fail'))),
    ...['before-log', 'mid-log', 'after-log'].flatMap((point) => range(12, 1, 48).map((nth) => atLine(point, nth))),
    ...range(WRITES, 1, WRITES).map((nth) => atWrite(nth)),
    ...range(8, WRITES - 7, WRITES).map((nth) => atWrite(nth, 'fail')),
    ...endings.flatMap((ending) => [atLine('before-seal', 1, ending), atLine('mid-seal', 1, ending)]),
    ...range(70, 3, EVENTS).map((event) => atEvent(event, 'SIGKILL', endings[event % 2])),
    ...range(12, 10, EVENTS - 20).map((event) => atEvent(event, 'SIGTERM')),
    ...[...ONCE, ...REPEATABLE].map(command),
    ...['bill', 'tag', 'move', 'cut', 'freeze', 'index', 'cache', 'schema'].map((step, index) =>
      cancelledRollback(`undo-${step}`, index % 2 === 0),
    ),
    ...range(16, 10, EVENTS - 20).map((event, index) => paused(event, 1000 + 600 * index)),
    ...(['drop', 'stall', 'reset'] as const).flatMap((how) =>
      range(6, 15, EVENTS - 30).map((event, index) => cut(how, event, 1000 + 2000 * index)),
    ),
    ...range(10, 15, EVENTS - 30).map((event, index) => full(event, 1000 + 500 * index)),
    ...range(8, 20, EVENTS - 20).map(reset),
    ...range(12, 10, EVENTS - 20).map((event, index) =>
      skewed(event, [30, -30, 3600, -3600, 86_400, -86_400][index % 6] ?? 0, index % 2 === 1),
    ),
    ...Array.from({ length: 24 }, (_, index) => soak(seed + index)),
  ];
}
