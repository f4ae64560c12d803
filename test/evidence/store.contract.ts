import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FIRST_PREV, linkOf, sha256 } from '../../evidence/hash.js';
import type { EvidenceStore } from '../../evidence/store.js';
import { appendEvent, appendEvents, EVENT_LOG, isSealed } from '../../evidence/write/log.js';
import { openEvidence } from '../../evidence/write/open.js';
import { eventOf, nameOf, SEAL } from '../kits/events.js';

/** A fresh, empty store, and what only its implementation can do to it. */
export interface StoreUnderTest {
  store: EvidenceStore;
  /** The same record as another worker opens it. */
  another(): EvidenceStore;
  /** Leaves bytes behind a file's last line, as a crash in the middle of `append` does. */
  tear(path: string, bytes: string): Promise<void>;
  /** Leaves an unfinished write of a file, as a crash in the middle of `write` does. */
  abandon(path: string, bytes: string): Promise<void>;
  /** Puts a link into the record, as a command of a step can. */
  link(path: string, target: string): Promise<void>;
  remove(): Promise<void>;
}

/** What every store of the record must keep to. A second implementation is one call more. */
export function storeContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps to the contract of stores`, () => {
    let under: StoreUnderTest;
    let store: EvidenceStore;
    let outside: string;
    beforeEach(async () => {
      under = await make();
      store = under.store;
      outside = mkdtempSync(join(tmpdir(), 'golive-outside-'));
    });
    afterEach(async () => {
      await under.remove();
      rmSync(outside, { recursive: true, force: true });
    });
    const lines = async (): Promise<string[]> =>
      String((await store.read(EVENT_LOG)) ?? '')
        .split('\n')
        .filter(Boolean);

    test('what is written is there for every other worker, as it was given; what is not there is undefined', async () => {
      const bytes = Buffer.from([0, 255, 10, 13]);
      await store.write('data/deep/er/bytes', bytes);
      await store.write('data/text', 'grüß\n');
      expect(await under.another().read('data/deep/er/bytes')).toEqual(bytes);
      expect(String(await under.another().read('data/text'))).toBe('grüß\n');
      expect(await store.read('data/none')).toBeUndefined();
      await store.write('data/text', 'new');
      expect(String(await under.another().read('data/text'))).toBe('new');
    });

    test('a reader never sees a part, also when two write one file at once', async () => {
      const whole = ['a', 'b'].map((letter) => letter.repeat(200_000));
      await store.write('data/file', whole[0] ?? '');
      let writing = true;
      const writers = [store, under.another()].map(async (one, index) => {
        for (let times = 0; times < 15; times += 1) await one.write('data/file', whole[index] ?? '');
      });
      const all = Promise.all(writers).finally(() => {
        writing = false;
      });
      while (writing) expect(whole).toContain(String(await store.read('data/file')));
      await all;
      expect((await store.list()).files.map(({ path }) => path)).toEqual(['data/file']);
    });

    test('a write that fails is an EvidenceError, and leaves what was there and nothing else', async () => {
      await store.write('data/file', 'old');
      await expect(store.write('data/file/below', 'x')).rejects.toMatchObject({ name: 'EvidenceError' });
      expect(await store.list()).toMatchObject({ files: [{ path: 'data/file', bytes: 3 }], leftovers: [] });
    });

    test('a copy has the bytes and the hash of its source; one whose source is gone leaves nothing', async () => {
      const source = join(outside, 'source');
      writeFileSync(source, 'content');
      await store.write('data/there', '');
      await store.copy('data/copy', source);
      expect(await store.adopt('data/copy')).toEqual({ sha256: sha256('content'), bytes: 7 });
      await expect(store.copy('data/gone', join(outside, 'gone'))).rejects.toMatchObject({ name: 'EvidenceError' });
      expect((await store.list()).files.map(({ path }) => path)).toEqual(['data/copy', 'data/there']);
    });

    test('what a command left at its local path becomes part of the record', async () => {
      await store.write('data/there', '');
      writeFileSync(store.local('data/output'), 'said');
      expect(await store.adopt('data/output')).toEqual({ sha256: sha256('said'), bytes: 4 });
      expect(String(await under.another().read('data/output'))).toBe('said');
      await expect(store.adopt('data/none')).rejects.toMatchObject({ name: 'EvidenceError' });
    });

    test('the list has every file with its hash, sorted; unfinished writes are apart and can be removed', async () => {
      for (const path of ['data/b', 'data/a/z', 'data/a-', 'bagit.txt']) await store.write(path, path);
      await under.abandon('data/b', 'hal');
      await under.abandon('bagit.txt', 'hal');
      const { files, leftovers, links } = await store.list();
      expect(links).toEqual([]);
      expect(files).toEqual(
        ['data/a-', 'data/a/z', 'data/b'].map((path) => ({ path, sha256: sha256(path), bytes: path.length })),
      );
      expect(leftovers).toHaveLength(2);
      await store.remove(leftovers);
      expect(await store.list()).toEqual({ files, leftovers: [], links: [] });
    });

    test.each([
      '',
      '.',
      '..',
      '/tmp/x',
      '../x',
      'data/../../x',
      'data/..',
      'data//x',
      'data/./x',
      'data/x/',
      'data/\0',
    ])('a path that does not lie in it is refused: %j', async (path) => {
      await store.write('data/x/y', 'x');
      const source = join(outside, 'source');
      writeFileSync(source, 'content');
      expect(() => store.local(path)).toThrow(expect.objectContaining({ name: 'EvidenceRefusal' }));
      for (const deed of [
        () => store.read(path),
        () => store.write(path, 'x'),
        () => store.copy(path, source),
        () => store.adopt(path),
        () => store.append(path, () => ['line']),
        () => store.lastLine(path),
        () => store.remove([path]),
      ])
        await expect(deed()).rejects.toMatchObject({ name: 'EvidenceRefusal' });
      expect((await store.list()).files.map((file) => file.path)).toEqual(['data/x/y']);
    });

    test('nothing is written through a link, to a file or by a folder', async () => {
      await store.write('data/there', '');
      const source = join(outside, 'file');
      writeFileSync(source, 'before\n');
      mkdirSync(join(outside, 'folder'));
      await under.link('data/file', source);
      await under.link('data/new', join(outside, 'new'));
      await under.link('data/folder', join(outside, 'folder'));
      const refused = { name: 'EvidenceError', code: 'ELOOP' };
      for (const path of ['data/file', 'data/new', 'data/folder/log', 'data/folder/deep/log'])
        await expect(store.append(path, () => ['line'])).rejects.toMatchObject(refused);
      await expect(store.write('data/folder/file', 'x')).rejects.toMatchObject(refused);
      await expect(store.copy('data/folder/file', source)).rejects.toMatchObject(refused);
      expect(readFileSync(source, 'utf8')).toBe('before\n');
      expect(readdirSync(outside, { recursive: true, encoding: 'utf8' }).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
        'file',
        'folder',
      ]);
    });

    test('a leftover that cannot be removed is an EvidenceError', async () => {
      await store.write('data/file', 'x');
      await expect(store.remove(['data/file/below'])).rejects.toMatchObject({ name: 'EvidenceError' });
    });

    test.each(['', 'two\nlines', 'end\n', 'end\r'])('what is not one line is not appended: %j', async (line) => {
      await store.append('data/log', () => ['first']);
      await expect(store.append('data/log', () => ['whole', line])).rejects.toMatchObject({ name: 'EvidenceRefusal' });
      await store.append('data/log', () => ['last']);
      expect(String(await store.read('data/log'))).toBe('first\nlast\n');
    });

    test('two writers at once: each sees the line before its own, and no line is lost or doubled', async () => {
      const count = async (one: EvidenceStore): Promise<void> => {
        for (let times = 0; times < 25; times += 1)
          await one.append('data/count', ({ last }) => [String(Number(last ?? -1) + 1)]);
      };
      await Promise.all([count(store), count(under.another())]);
      expect(String(await store.read('data/count'))).toBe(Array.from({ length: 50 }, (_, n) => `${n}\n`).join(''));
      expect(await under.another().lastLine('data/count')).toBe('49');
      expect(await store.lastLine('data/none')).toBeUndefined();
    });

    test('calls of one process are served in their order; one that throws appends nothing and holds up none', async () => {
      const ended = await Promise.allSettled(
        ['a', 'b', 'c'].map((line) =>
          store.append('data/log', async () => {
            if (line === 'b') throw new Error('no');
            return [line, line];
          }),
        ),
      );
      expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(String(await store.read('data/log'))).toBe('a\na\nc\nc\n');
      await store.append('data/log', async (tail) => [String((await tail.lines()).length)]);
      expect(await store.lastLine('data/log')).toBe('4');
    });

    test('a line that a crash cut off is set aside, told once, and never glued to the next', async () => {
      await appendEvent(store, eventOf('one'));
      await under.tear(EVENT_LOG, '{"seq":1,"ty');
      expect(await isSealed(store)).toBe(false);
      await appendEvent(under.another(), eventOf('two'));
      await appendEvent(store, eventOf('three'));
      expect((await lines()).map(nameOf)).toEqual(['one', 'torn-line', 'two', 'three']);
      const { file } = JSON.parse((await lines())[1] ?? '') as { file: string };
      expect(String(await store.read(`data/${file}`))).toBe('{"seq":1,"ty');
    });

    test('events of two workers make one chain, and nothing follows its seal', async () => {
      const events = Array.from({ length: 10 }, (_, n) => eventOf(`${n}`));
      await Promise.all([store, under.another()].map((one) => Promise.all(events.map((e) => appendEvent(one, e)))));
      let prev = FIRST_PREV;
      for (const [index, line] of (await lines()).entries()) {
        expect(JSON.parse(line)).toMatchObject({ seq: index, prev });
        prev = linkOf(line);
      }
      expect(await isSealed(store)).toBe(false);
      await appendEvents(store, [eventOf('last'), SEAL]);
      expect(await isSealed(under.another())).toBe(true);
      await expect(appendEvent(under.another(), eventOf('late'))).rejects.toMatchObject({ code: 'SEALED' });
      expect(await lines()).toHaveLength(22);
    });

    test('the same plan opens it again; another plan, or a sealed record, is refused', async () => {
      const open = (one: EvidenceStore, plan: object) =>
        openEvidence({ goLive: { id: 'a/b', evidenceDir: one.root, baseDir: outside }, plan } as never, one);
      await open(store, { of: 1 });
      await open(under.another(), { of: 1 });
      await expect(open(under.another(), { of: 2 })).rejects.toThrow(/another plan/);
      await appendEvent(store, SEAL);
      await expect(open(store, { of: 1 })).rejects.toThrow(/sealed/);
    });
  });
}
