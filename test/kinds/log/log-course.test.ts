import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { courseOf, seenBy } from '../../../kinds/log/log-course.js';
import { type Mark, markOf, sightingOf } from '../../../kinds/log/log-mark.js';
import { openNeeded } from '../../../kinds/shared/read-file.js';
import { temporaryFolder } from '../../kits/step-run.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, 'app.log');
});
const { signal } = new AbortController();
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): void => writeFileSync(at(name), text);
const move = (from: string, to: string): void => renameSync(at(from), at(to));
const looked = async (mark: Mark): Promise<{ course: string[]; lost: string | undefined; mark: Mark }> => {
  const file = await openNeeded(path, 'The log');
  try {
    const course = await courseOf(file, path, mark);
    const parts = course.parts.map((part) => `${basename(part.path)}@${part.from}`);
    const { lost } = course;
    return { course: [...parts, `app.log@${course.from}`], lost, mark: seenBy(mark, await sightingOf(file), course) };
  } finally {
    await file.handle.close();
  }
};

interface Way {
  name: string;
  before?: () => void;
  then: () => void;
  course?: string[];
  lost?: RegExp;
}
const OLD = 'old line\n';
const old = (): void => write('app.log', OLD);
const dated = (name: string, seconds: number): void => utimesSync(at(name), seconds, seconds);

const WAYS: Way[] = [
  { name: 'written on', before: old, then: () => appendFileSync(path, 'b\n'), course: ['app.log@9'] },
  {
    name: 'not there at first, written, rotated, begun anew',
    then: () => {
      write('app.log.1', 'FATAL\n');
      write('app.log', 'fine\n');
    },
    course: ['app.log.1@0', 'app.log@0'],
  },
  {
    name: 'not there at first; what was rotated before is not of it',
    before: () => write('app.log.1', 'FATAL of yesterday\n'),
    then: () => {
      move('app.log.1', 'app.log.2');
      write('app.log.1', 'a\n');
      write('app.log', 'fine\n');
    },
    course: ['app.log.1@0', 'app.log@0'],
  },
  {
    name: 'not there at first, and what was rotated is packed',
    then: () => {
      write('app.log.1.gz', 'packed');
      write('app.log', 'fine\n');
    },
    lost: /app.log.1.gz, which was rotated since, is packed/,
  },
  {
    name: 'not there at first, and one of what was rotated is gone',
    then: () => {
      write('app.log.2', 'a\n');
      write('app.log', 'fine\n');
    },
    lost: /number 1 is not there any more/,
  },
  {
    name: 'rotated as app.1.log, then as app.2.log',
    before: old,
    then: () => {
      move('app.log', 'app.1.log');
      write('app.2.log', 'FATAL\n');
      write('app.log', 'fine\n');
    },
    course: ['app.1.log@9', 'app.2.log@0', 'app.log@0'],
  },
  {
    name: 'rotated by date and number',
    before: old,
    then: () => {
      move('app.log', 'app-2026-11-26-1.log');
      write('app-2026-11-26-2.log', 'FATAL\n');
      write('app.log', 'fine\n');
    },
    course: ['app-2026-11-26-1.log@9', 'app-2026-11-26-2.log@0', 'app.log@0'],
  },
  {
    name: 'rotated twice, and what came between is gone',
    before: old,
    then: () => {
      move('app.log', 'app.log.2');
      write('app.log', 'fine\n');
    },
    lost: /number 1 is not there any more/,
  },
  {
    name: 'rotated upwards, and what came between is gone',
    before: old,
    then: () => {
      move('app.log', 'app.1.log');
      write('app.3.log', 'a\n');
      write('app.log', 'fine\n');
    },
    lost: /number 2 is not there any more/,
  },
  {
    name: 'rotated by a name that may be another log’s',
    before: old,
    then: () => {
      move('app.log', 'app.log.1');
      write('app.previous.log', 'a\n');
      write('app.log', 'fine\n');
    },
    lost: /app.previous.log came beside it/,
  },
  {
    name: 'rotated beside another log that was there before',
    before: () => {
      old();
      write('app-worker.log', 'FATAL\n');
      write('app2.log', 'FATAL\n');
    },
    then: () => {
      appendFileSync(at('app-worker.log'), 'FATAL\n');
      appendFileSync(at('app2.log'), 'FATAL\n');
      move('app.log', 'app.log.1');
      write('app.log', 'fine\n');
    },
    course: ['app.log.1@9', 'app.log@0'],
  },
  {
    name: 'rotated, and an older one was packed with its time',
    before: () => {
      old();
      write('app.log.1', 'FATAL\n');
      dated('app.log.1', 1000);
    },
    then: () => {
      rmSync(at('app.log.1'));
      write('app.log.2.gz', 'packed');
      dated('app.log.2.gz', 1000);
      move('app.log', 'app.log.1');
      write('app.log', 'fine\n');
    },
    course: ['app.log.1@9', 'app.log@0'],
  },
  {
    name: 'rotated, and the new one begins as the old one did',
    before: old,
    then: () => {
      appendFileSync(path, 'FATAL\n');
      move('app.log', 'app.log.1');
      write('app.log', `${OLD}fine\n`);
    },
    course: ['app.log.1@9', 'app.log@0'],
  },
  {
    name: 'removed, and the new one begins as the old one did',
    before: old,
    then: () => {
      write('app.new', `${OLD}fine\n`);
      move('app.new', 'app.log');
    },
    lost: /is not there any more/,
  },
  {
    name: 'empty at first, copied and truncated',
    before: () => write('app.log', ''),
    then: () => {
      appendFileSync(path, 'FATAL\n');
      copyFileSync(path, at('app.log.1'));
      truncateSync(path);
      appendFileSync(path, 'fine\n');
    },
    course: ['app.log.1@0', 'app.log@0'],
  },
  {
    name: 'empty at first, moved to another folder',
    before: () => write('app.log', ''),
    then: () => {
      mkdirSync(at('old'));
      move('app.log', 'old/app.log.1');
      write('app.log', 'fine\n');
    },
    lost: /is not there any more/,
  },
  {
    name: 'copied over an older one and truncated, beginning anew as it did',
    before: () => {
      old();
      write('app.log.1', 'earlier\n');
    },
    then: () => {
      appendFileSync(path, 'FATAL\n');
      copyFileSync(path, at('app.log.1'));
      truncateSync(path);
      appendFileSync(path, `${OLD}fine\n`);
    },
    course: ['app.log.1@9', 'app.log@0'],
  },
  {
    name: 'copied and not truncated',
    before: old,
    then: () => {
      copyFileSync(path, at('app.log.bak'));
      appendFileSync(path, 'b\n');
    },
    course: ['app.log@9'],
  },
];

test.each(WAYS)('$name', async ({ before, then, course, lost }) => {
  before?.();
  const mark = await markOf(path, signal);
  then();
  const found = await looked(mark);
  if (course) expect(found).toMatchObject({ course, lost: undefined });
  else expect(found.lost).toMatch(lost ?? '');
});

describe('from look to look', () => {
  test('what an earlier look saw, and is gone now, is lost, and stays so', async () => {
    const mark = await markOf(path, signal);
    write('app.log', 'FATAL\n');
    const first = await looked(mark);
    expect(first.lost).toBeUndefined();
    truncateSync(path);
    appendFileSync(path, 'ok\n');
    const second = await looked(first.mark);
    expect(second.lost).toMatch(/at the look before/);
    expect((await looked(second.mark)).lost).toMatch(/at the look before/);
  });
  test('what was rotated since is where it is', async () => {
    const mark = await markOf(path, signal);
    write('app.log', 'a\n');
    const first = await looked(mark);
    move('app.log', 'app.log.1');
    write('app.log', 'b\n');
    expect(await looked(first.mark)).toMatchObject({ course: ['app.log.1@0', 'app.log@0'], lost: undefined });
  });
});
