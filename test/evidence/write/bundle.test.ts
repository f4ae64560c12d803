import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { closeEvidence } from '../../../evidence/write/close.js';
import { collectEvidence } from '../../../evidence/write/collect.js';
import { isTemporary, temporaryBeside } from '../../../evidence/durable.js';
import { appendEvent, appendEvents } from '../../../evidence/write/log.js';
import { openStore } from '../../../evidence/open-store.js';
import { openEvidence } from '../../../evidence/write/open.js';
import { recordFolder, removeRecord } from '../../kits/record-folder.js';
import { eventOf, nameOf } from '../../kits/events.js';
import { verifyBundle } from '../../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import { refOfLab } from '../../kits/go-live-ref.js';
import { type Json, parseJson } from '../../../model/json.js';
import { phase, plan } from '../../kits/plans.js';
import { testSealer } from '../../kits/sealer.js';
import { goState, noGoState } from '../../kits/state-fixture.js';

let bag: string;
const sealer = testSealer();
beforeEach(() => {
  bag = recordFolder();
});
afterEach(() => removeRecord(bag));

const ref = () => refOfLab(bag, 30);
const lines = () =>
  readFileSync(join(bag, 'data', 'events.jsonl'), 'utf8')
    .trim()
    .split('\n');

describe('the event log', () => {
  test('chains each line to the raw bytes of the one before, also when many write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => appendEvent(bag, eventOf(`${index}`))));
    let prev = '0'.repeat(64);
    for (const [index, line] of lines().entries()) {
      const event = JSON.parse(line) as { seq: number; prev: string };
      expect(event.prev).toBe(prev);
      expect(event.seq).toBe(index + (JSON.parse(lines()[0] ?? '{}') as { seq: number }).seq);
      prev = createHash('sha256')
        .update(Buffer.concat([Buffer.from([0]), Buffer.from(line)]))
        .digest('hex');
    }
    expect(lines()).toHaveLength(20);
  });

  test('a line torn by a crash is set aside, and the chain goes on', async () => {
    await appendEvents(bag, [eventOf('one'), eventOf('two')]);
    appendFileSync(join(bag, 'data', 'events.jsonl'), '{"seq":3,"pre');
    await appendEvent(bag, eventOf('three'));
    const names = lines().map(nameOf);
    expect(names.slice(0, 2)).toEqual(['one', 'two']);
    expect(names.at(-1)).toBe('three');
    expect(readdirSync(join(bag, 'data')).some((name) => name.startsWith('events.torn'))).toBe(true);
  });
});

describe('the bundle', () => {
  const request = (signoff = 'SIGNOFF.md') => ({ goLive: ref(), state: goState() as unknown as Json, signoff });
  async function close() {
    const begun = parseJson(JSON.stringify({ plan: plan([phase('one', [])]), digest: 'd', startedBy: 'Sam' }));
    await openEvidence({ goLive: ref(), plan: begun });
    await appendEvent(bag, eventOf('before'));
    await collectEvidence({ ...request(), include: [] });
    return closeEvidence(request(), sealer, {});
  }
  const sums = (file: string) =>
    execFileSync('sha256sum', ['--quiet', '--strict', '-c', file], { cwd: bag, stdio: 'pipe' });

  test('check sums hold without golive, and one changed byte does not pass them', async () => {
    await close();
    sums('manifest-sha256.txt');
    sums('tagmanifest-sha256.txt');
    const file = join(bag, 'data', 'SIGNOFF.md');
    writeFileSync(file, readFileSync(file, 'utf8').replace('GO', 'G0'));
    expect(() => sums('manifest-sha256.txt')).toThrow();
  });

  test('closed twice it is the same, and another outcome is refused', async () => {
    await close();
    const before = readFileSync(join(bag, 'manifest-sha256.txt'), 'utf8');
    await closeEvidence(request(), sealer, {});
    expect(readFileSync(join(bag, 'manifest-sha256.txt'), 'utf8')).toBe(before);
    await expect(
      closeEvidence({ goLive: ref(), state: noGoState() as unknown as Json, signoff: 'SIGNOFF.md' }, sealer, {}),
    ).rejects.toThrow(/sealed/);
  });

  test('closed by two attempts at once, where the server gave the first up too early, both come to it', async () => {
    const begun = parseJson(JSON.stringify({ plan: plan([phase('one', [])]), digest: 'd', startedBy: 'Sam' }));
    await openEvidence({ goLive: ref(), plan: begun });
    await collectEvidence({ ...request(), include: [] });
    const closings = Array.from({ length: 8 }, async (_, index) => {
      await setTimeout(index * 3);
      return closeEvidence(request(), sealer, {});
    });
    const [first, ...others] = await Promise.all(closings);
    for (const other of others) expect(other).toEqual(first);
    sums('manifest-sha256.txt');
    sums('tagmanifest-sha256.txt');
  });

  test('closed meanwhile by another worker, it is closed', async () => {
    const begun = parseJson(JSON.stringify({ plan: plan([phase('one', [])]), digest: 'd', startedBy: 'Sam' }));
    await openEvidence({ goLive: ref(), plan: begun });
    await collectEvidence({ ...request(), include: [] });
    const mine = openStore(bag);
    const overtaken = new Proxy(mine, {
      get: (store, name: keyof typeof mine) => {
        if (name === 'root') return `${store.root} of another worker`;
        if (name !== 'write') return store[name];
        return async (path: string, content: string | Buffer) => {
          await mine.write(path, content);
          if (path === 'data/report.html') await closeEvidence(request(), sealer, {});
        };
      },
    });
    const { key } = await closeEvidence(request(), sealer, {}, overtaken);
    expect(key).toBe((await closeEvidence(request(), sealer, {})).key);
    sums('tagmanifest-sha256.txt');
  });

  test('nothing is left beside it, also when somebody writes to it afterwards', async () => {
    await close();
    expect(readdirSync(dirname(bag))).toEqual([basename(bag)]);
    await expect(appendEvent(bag, eventOf('late'))).rejects.toMatchObject({ code: 'SEALED' });
    expect(readdirSync(dirname(bag))).toEqual([basename(bag)]);
  });

  test('what killed attempts left is no part of it, beside the payload and in it', async () => {
    mkdirSync(join(bag, 'data', 'phases'), { recursive: true });
    for (const path of ['bagit.txt', 'seal.dsse.json', 'data/plan.json', 'data/phases/note'])
      writeFileSync(temporaryBeside(join(bag, path)), 'half');
    await close();
    const all = readdirSync(bag, { recursive: true, encoding: 'utf8' });
    expect(all.filter((path) => isTemporary(basename(path)))).toEqual([]);
    expect(
      (await verifyBundle(bag, { keys: [sealer.key.fingerprint] }, recomputeOutputs)).findings.filter(({ message }) =>
        message.includes('added'),
      ),
    ).toEqual([]);
  });

  test('closed again by a worker with another key, it names the key that sealed it', async () => {
    const { key } = await close();
    expect(key).toBe(sealer.key.fingerprint);
    expect((await closeEvidence(request(), testSealer(), {})).key).toBe(key);
  });

  test('folders with nothing in them are no part of it', async () => {
    mkdirSync(join(bag, 'data', 'phases', 'p.1', 'empty'), { recursive: true });
    mkdirSync(join(bag, 'data', 'phases', 'p.1', 'full'), { recursive: true });
    writeFileSync(join(bag, 'data', 'phases', 'p.1', 'full', 'note'), '');
    await close();
    expect(readdirSync(join(bag, 'data', 'phases', 'p.1'))).toEqual(['full']);
  });

  test('a sign-off page cannot be put outside the bundle', async () => {
    await expect(closeEvidence(request('../SIGNOFF.md'), sealer, {})).rejects.toThrow();
    expect(existsSync(join(bag, '..', 'SIGNOFF.md'))).toBe(false);
  });
});
