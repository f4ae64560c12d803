import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../model/json.js';
import { endStack, smallStack } from '../../kits/small-stack.js';
import { stepKit } from '../../kits/step-kit.js';
import { eventually, failed, passed, runStep, type StepRun, temporaryFolder } from '../../kits/step-run.js';

const LINES = 'starting\nApplication configuration loaded\nDatabase connection established\n';

stepKit('log.scan', {
  good: (folder) => {
    writeFileSync(join(folder, 'api.log'), LINES);
    return { files: ['api.log'], needed: ['^Application configuration'], forbidden: ['FATAL'] };
  },
  bad: (folder) => {
    writeFileSync(join(folder, 'api.log'), `${LINES}FATAL: no such table\n`);
    return { files: ['api.log'], forbidden: ['FATAL'] };
  },
  badCode: 'EXPECTATION_FAILED',
});

describe('log.scan', () => {
  let base = '';
  let path = '';
  beforeEach(() => {
    base = temporaryFolder();
    path = join(base, 'api.log');
    writeFileSync(path, LINES);
  });
  afterEach(() => endStack(base));
  const scan = (more: Parameters<typeof runStep>[1], overrides: Parameters<typeof runStep>[2] = {}): Promise<StepRun> =>
    runStep('log.scan', { files: ['api.log'], ...more }, { ...overrides, goLive: { baseDir: base } });

  test('lines that were needed can be shown on, a few and not without end', async () => {
    writeFileSync(path, Array.from({ length: 30 }, (_, n) => `ready ${n} ${'x'.repeat(400)}\n`).join(''));
    const shown = Array.from({ length: 10 }, (_, n) => `api.log:${n + 1}: ready ${n} `);
    expect(passed(await scan({ needed: ['ready'] })).outputs).toMatchObject({
      shown: shown.map((begun) => `${begun}${'x'.repeat(300 - begun.length)}…`),
    });
  });
  test('a needed line that is missing can come later; a forbidden one is told with file, line and text', async () => {
    const missing = failed(await scan({ needed: ['OCR path', 'Database'] }));
    expect(missing).toMatchObject({ code: 'CHECK_FAILED', facts: { missing: ['OCR path'] } });
    const run = await scan({ forbidden: ['connection'] }, { task: { epoch: 2 } });
    expect(failed(run).message).toBe('A line that must not be there: api.log:3: Database connection established');
    expect(readFileSync(join(run.folder, 'matches.txt'), 'utf8')).toBe(
      'forbidden api.log:3: Database connection established\n',
    );
  });

  test('where nothing was needed, nothing is said of it', async () => {
    expect(passed(await scan({ forbidden: ['panic'] })).summary).toMatch(/^\d+ lines: nothing forbidden/);
  });

  test('with until it waits for the line', async () => {
    const until = { everyMs: 20, withinMs: 8000, consecutive: 1 };
    const running = scan({ needed: ['OCR path'] }, { task: { until } });
    await eventually(() => existsSync(join(base, 'evidence', 'data', 'events.jsonl')), 'it looks');
    appendFileSync(path, 'the OCR path was taken\n');
    expect(passed(await running).outputs).toMatchObject({ missing: [], matched: 1 });
  });

  test('since now, what stood there before does not count, and lines keep their numbers', async () => {
    const until = { everyMs: 20, withinMs: 8000, consecutive: 1 };
    const input = { needed: ['Database'], since: 'now' };
    const memory = join(base, 'evidence', 'data', 'phases', '1-kit.1', 'step', 'remember.json');
    const running = scan(input, { task: { until } });
    await eventually(() => existsSync(memory), 'the mark is kept');
    appendFileSync(path, 'Database again\n');
    const run = await running;
    expect(passed(run).outputs).toMatchObject({ lines: 1, matched: 1 });
    expect(readFileSync(join(run.folder, 'matches.txt'), 'utf8')).toBe('api.log:4: Database again\n');
  });

  test('a pattern that would take exponential time elsewhere is quick', async () => {
    writeFileSync(path, `${'a'.repeat(40)}!\n`);
    expect(failed(await scan({ needed: ['^(a+)+$'] })).code).toBe('CHECK_FAILED');
  });

  test.each<[string, string | Buffer, JsonObject, string]>([
    ['Windows line ends', 'a\r\nservice ready\r\n', { needed: ['^service ready$'] }, ''],
    ['a word far behind in a line', `${'x'.repeat(5000)}FATAL\n`, { forbidden: ['FATAL'] }, 'api.log:1: x'],
    [
      'zeros that a truncated log begins with',
      `${'\0'.repeat(5000)}FATAL\n`,
      { forbidden: ['FATAL'] },
      'api.log:1: FATAL',
    ],
    ['UTF-16', Buffer.from('\ufeffa\nFATAL\n', 'utf16le'), { forbidden: ['^FATAL$'] }, 'api.log:2: FATAL'],
    ['a last line without an end', 'a\nFATAL', { forbidden: ['FATAL'] }, 'api.log:2: FATAL'],
    [
      'a line that is no text, where it is one',
      Buffer.from([0x46, 0x41, 0x54, 0xff, 0x0a]),
      { forbidden: ['^FAT'] },
      'api.log:1: FAT',
    ],
    ['a line that is no text', Buffer.from([0x61, 0xff, 0x0a]), { forbidden: ['FATAL'] }, '1 of 1 line cannot be read'],
    [
      'a line that is no text, where a line is needed',
      Buffer.from('ready\n\xff\n', 'latin1'),
      { needed: ['ready'] },
      '1 of 2 lines',
    ],
    ['zeros within a line', 'ready\nFA\0TAL\n', { forbidden: ['FATAL'] }, 'api.log:2: FATAL'],
    [
      'a line that is too long',
      `${'x'.repeat(8 * 1024 * 1024)}FATAL\nb\n`,
      { forbidden: ['FATAL'] },
      'line 1 has 8388613 bytes',
    ],
  ])('%s', async (_, content, input, message) => {
    writeFileSync(path, content);
    const run = await scan(input);
    if (message === '') passed(run);
    else expect(failed(run).message).toContain(message);
  });

  test('a few unreadable lines may be allowed; they are told, and count in nothing', async () => {
    writeFileSync(path, Buffer.from('ready\n\xff\n', 'latin1'));
    const run = await scan({ needed: ['ready'], unreadable: { atMost: 1 } });
    expect(passed(run).outputs).toMatchObject({ looked: 1, unreadable: 1, leftOut: 0, lines: 1 });
    expect(passed(run).summary).toContain('1 unreadable (line 2 holds bytes that are no text)');
  });

  test('with a tail, what is before it is left out, and so is what cannot be read there', async () => {
    writeFileSync(path, Buffer.from('FATAL\n\xff\nready\nready\nend\n', 'latin1'));
    const run = await scan({ needed: ['ready'], forbidden: ['FATAL'], tail: 2 });
    expect(passed(run).outputs).toMatchObject({ looked: 2, unreadable: 0, leftOut: 3, matched: 1 });
    const longer = await scan({ needed: ['ready'], forbidden: ['FATAL'], tail: 4 }, { task: { epoch: 2 } });
    expect(failed(longer).message).toContain('1 of 5 lines cannot be read');
  });

  describe('since now, in a log that is moved while it is watched', () => {
    const memory = (): string => join(base, 'evidence', 'data', 'phases', '1-kit.1', 'step', 'remember.json');
    const later = async (
      input: JsonObject,
      change: () => void,
      andThen: () => Promise<void> = () => Promise.resolve(),
    ): Promise<StepRun> => {
      const until = { everyMs: 20, withinMs: 3000, consecutive: 1 };
      const running = scan({ since: 'now', ...input }, { task: { until } });
      await eventually(() => existsSync(memory()), 'the mark is kept');
      change();
      await andThen();
      return running;
    };
    const input = { needed: ['finished'], forbidden: ['FATAL'] };

    test('the rest of the old one and all of the new one are read', async () => {
      const run = await later(input, () => {
        appendFileSync(path, 'FATAL at the end\n');
        renameSync(path, `${path}.1`);
        writeFileSync(path, 'finished\n');
      });
      // A look that had it open when it was moved names it as it was called then.
      expect(failed(run).message).toMatch(/api\.log(\.1)?:4: FATAL at the end/);
    });
    test('a new one is read from its beginning, also when it has grown past the mark', async () => {
      const run = await later(input, () => {
        renameSync(path, `${path}.1`);
        writeFileSync(path, `FATAL\n${'later\n'.repeat(100)}finished\n`);
      });
      expect(failed(run).message).toContain('api.log:1: FATAL');
    });
    test('of several rotations, each is read', async () => {
      const run = await later(input, () => {
        renameSync(path, `${path}.2`);
        writeFileSync(`${path}.1`, 'finished\n');
        writeFileSync(path, 'new\n');
      });
      expect(passed(run).outputs).toMatchObject({ looked: 2, matched: 1 });
    });
    test('a copy of a log that is truncated in place is found by its content', async () => {
      const run = await later(input, () => {
        appendFileSync(path, 'finished\n');
        copyFileSync(path, `${path}.1`);
        truncateSync(path);
        appendFileSync(path, 'new\n');
      });
      expect(passed(run).outputs).toMatchObject({ looked: 2, matched: 1 });
    });
    test('a rest that is lost could have held what must not be there', async () => {
      const lose = (): void => {
        rmSync(path);
        writeFileSync(path, 'finished\n');
      };
      expect(failed(await later(input, lose)).message).toContain('is not there any more');
    });
    test('of one that was not there at first, what was rotated before it is read', async () => {
      rmSync(path);
      const run = await later({ ...input, needed: ['never'] }, () => {
        writeFileSync(`${path}.1`, 'FATAL at the beginning\n');
        writeFileSync(path, 'fine\n');
      });
      expect(failed(run).message).toContain('api.log.1:1: FATAL at the beginning');
    });
    test('of UTF-16, from a whole line on', async () => {
      writeFileSync(path, Buffer.from('\ufeffFATAL\nb\n', 'utf16le'));
      const run = await later(input, () => appendFileSync(path, Buffer.from('finished\n', 'utf16le')));
      expect(passed(run).outputs).toMatchObject({ looked: 1, matched: 1, unreadable: 0 });
    });
    test('what an earlier look saw, and was truncated since, is not known', async () => {
      const seen = (): boolean => readFileSync(memory(), 'utf8').includes('"last"');
      const run = await later(
        input,
        () => undefined,
        async () => {
          await eventually(seen, 'it looked');
          truncateSync(path);
          appendFileSync(path, 'finished\n');
        },
      );
      expect(failed(run).message).toContain('is not there any more');
    });
    test('what is needed and found is found', async () => {
      const run = await later({ needed: ['finished'] }, () => {
        rmSync(path);
        writeFileSync(path, 'finished\n');
      });
      expect(passed(run).outputs).toMatchObject({ matched: 1, unreadable: 0 });
    });
    test('a line that was half-written is new when it goes on, and not before', async () => {
      appendFileSync(path, 'FATAL');
      const run = await later({ needed: ['finished'], forbidden: ['^FATAL$'] }, () =>
        appendFileSync(path, ' is not; finished\n'),
      );
      expect(passed(run).outputs).toMatchObject({ looked: 1, matched: 1 });
    });
  });

  test('a line of 4 MiB and fifty patterns stop nothing else', async () => {
    writeFileSync(path, `${'abcdefg hij'.repeat(380_000)}\n`);
    const forbidden = Array.from({ length: 50 }, (_, index) => `(w${index}|q${index}).*zz${index}`);
    // Of computing: what others take of a busy machine is none of ours.
    const computed = (): number => process.cpuUsage().user;
    const begun = computed();
    let longest = 0;
    let last = begun;
    const beat = (): void => {
      longest = Math.max(longest, computed() - last);
      last = computed();
    };
    const beats = setInterval(beat, 1);
    passed(await scan({ forbidden }));
    clearInterval(beats);
    beat();
    expect(longest / (computed() - begun)).toBeLessThan(0.25);
  }, 60_000);

  test('a log of 300,000 lines that all fit is read', async () => {
    writeFileSync(path, 'seq ok\n'.repeat(300_000));
    expect(passed(await scan({ needed: ['ok$'] })).outputs).toMatchObject({ matched: 300_000 });
    const bad = failed(await scan({ forbidden: ['ok$'] }, { task: { epoch: 2 } }));
    expect(bad.message).toBe('A line that must not be there: api.log:1: seq ok (and 299999 more)');
  });

  test('neither a broken pattern nor a missing file passes', async () => {
    expect(failed(await scan({ needed: ['('] })).message).toContain(
      'needed.0: this is no pattern: this ( has no ). Write',
    );
    expect(failed(await scan({ files: ['other.log'], needed: ['x'] }, { task: { epoch: 2 } })).code).toBe('NOT_FOUND');
  });

  test('it reads the logs of a stack’s services', async () => {
    await smallStack(base, { COLOUR: 'blue' });
    const stack = { stack: 'stack', driver: 'native' };
    passed(await runStep('stack.up', stack, { goLive: { baseDir: base }, task: { step: 'up' } }));
    const run = await runStep(
      'log.scan',
      { ...stack, services: ['api'], needed: ['colour blue', 'api ready'] },
      { goLive: { baseDir: base } },
    );
    const account = { looked: 2, unreadable: 0, leftOut: 0 };
    expect(passed(run).outputs).toEqual({
      ...account,
      lines: 2,
      matched: 2,
      missing: [],
      shown: ['api:1: api starts, colour blue', 'api:2: api ready'],
      forbidden: 0,
      credentials: 0,
    });
  });
});
