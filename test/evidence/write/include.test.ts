import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sha256 } from '../../../evidence/durable.js';
import { folderStore } from '../../../evidence/folder-store.js';
import { writeIncluded } from '../../../evidence/write/include.js';
import { appendEvents } from '../../../evidence/write/log.js';
import { recordFolder, removeRecord } from '../../kits/record-folder.js';
import { eventOf, nameOf, SEAL } from '../../kits/events.js';
import { goState } from '../../kits/state-fixture.js';

let bag: string;
let data: string;
beforeEach(() => {
  bag = recordFolder();
  data = join(bag, 'data');
  mkdirSync(data);
});
afterEach(() => removeRecord(bag));

function leave(path: string, content: string): string {
  mkdirSync(dirname(join(data, path)), { recursive: true });
  writeFileSync(join(data, path), content);
  return path;
}
const from = ['smoke.run1.x', 'smoke.run2.x'];
const read = (file: string) => readFileSync(join(data, file), 'utf8');

describe('a file of evidence.include', () => {
  test.each([
    ['a.jsonl', '{"n":1}\n', '{"n":2}', '{"n":1}\n{"n":2}\n'],
    ['a.csv', 'id,got\n1,pass\n', 'id,got\r\n2,warn\r\n', 'id,got\n1,pass\n2,warn\r\n'],
    ['b.csv', 'id,got\n1,pass\n', 'id,other\n2,warn\n', 'id,got\n1,pass\nid,other\n2,warn\n'],
    ['c.csv', 'id,got\n', 'id,got\n', 'id,got\n'],
  ])('%s is joined', async (file, first, second, joined) => {
    const paths = [leave('p/1', first), leave('p/2', second)];
    expect(await writeIncluded(folderStore(bag), { file, from, paths }, goState())).toEqual([]);
    expect(read(file)).toBe(joined);
  });

  test('JSON of several steps stands by its step, of one as it is', async () => {
    const paths = [leave('p/1', '{"retried":3}'), leave('p/2', '{"retried":1}')];
    await writeIncluded(folderStore(bag), { file: 'two.json', from, paths }, goState());
    expect(JSON.parse(read('two.json'))).toEqual({ 'smoke.run1': { retried: 3 }, 'smoke.run2': { retried: 1 } });
    await writeIncluded(folderStore(bag), { file: 'one.json', from: ['smoke.run1.x'], paths: ['p/1'] }, goState());
    expect(read('one.json')).toBe('{"retried":3}');
  });

  test('rows of earlier attempts come first where all are wanted', async () => {
    leave('phases/smoke.1/run1/x', '{"n":1}\n');
    leave('phases/smoke.1/run1.2/x', '{"n":2}\n');
    leave('phases/smoke.10/run1/x', '{"n":4}\n');
    leave('phases/smoke.1/run11/x', '{"n":9}\n');
    const paths = [leave('phases/smoke.2/run1/x', '{"n":3}\n')];
    const include = { file: 'all.jsonl', from: ['smoke.run1.x'], paths };
    await writeIncluded(folderStore(bag), include, goState());
    expect(read('all.jsonl')).toBe('{"n":3}\n');
    leave('phases/smoke.10/run1/x', '');
    expect(await writeIncluded(folderStore(bag), { ...include, attempts: 'all' }, goState())).toEqual([]);
    expect(read('all.jsonl')).toBe('{"n":1}\n{"n":2}\n{"n":3}\n');
  });

  test('what is not there, was altered or leads out of the bundle is missing, with its reason', async () => {
    writeFileSync(join(bag, 'secret'), 'secret');
    symlinkSync(bag, join(data, 'link'));
    leave('p/altered', 'after');
    const state = goState();
    const evidence = [{ name: 'x', path: 'p/altered', sha256: sha256('before'), bytes: 6 }];
    Object.assign(state.phases[0]?.steps[0] ?? {}, { evidence });
    const paths = [null, 'p/none', 'p/altered', '../secret', 'link/secret'];
    const missing = await writeIncluded(
      folderStore(bag),
      { file: 'all.jsonl', from: paths.map(() => 's.t.x'), paths },
      state,
    );
    expect(missing.map((line) => line.replace('all.jsonl: s.t.x: ', ''))).toEqual([
      'its step did not leave it',
      'it is gone',
      'it was altered after its step had recorded it',
      'its path leads out of the bundle',
      'its path leads out of the bundle',
    ]);
    expect(existsSync(join(data, 'all.jsonl'))).toBe(false);
  });

  test.each(['../x.json', 'events.jsonl', 'state.json', '.hidden', 'a/b.json', 'phases'])(
    'cannot be %s',
    async (file) => {
      await expect(writeIncluded(folderStore(bag), { file, from: [], paths: [] }, goState())).rejects.toThrow(
        /cannot hold a file/,
      );
    },
  );
});

describe('the event log, after a crash', () => {
  const names = () => readFileSync(join(data, 'events.jsonl'), 'utf8').trimEnd().split('\n').map(nameOf);

  test('a batch sent again writes only what the first attempt had not made durable', async () => {
    const events = ['a', 'b', 'c'].map(eventOf);
    await appendEvents(bag, events.slice(0, 2), { id: 'run/7', again: false });
    await appendEvents(bag, events, { id: 'run/7', again: true });
    await appendEvents(bag, events, { id: 'run/7', again: true });
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  test('a log that cannot be written says where, why and what to do', async () => {
    mkdirSync(join(data, 'events.jsonl'));
    await expect(appendEvents(bag, [eventOf('a')])).rejects.toMatchObject({
      name: 'EvidenceError',
      message: expect.stringMatching(/events\.jsonl: EISDIR.*retry/),
    });
  });

  test('nothing is written after the seal', async () => {
    await appendEvents(bag, [eventOf('a'), SEAL]);
    await expect(appendEvents(bag, [eventOf('b')])).rejects.toThrow(/is sealed/);
    expect(names()).toEqual(['a', 'sealed']);
  });
});
