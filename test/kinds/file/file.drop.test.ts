import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { temporaryBeside } from '../../../evidence/durable.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const at = (base: string) => ({ goLive: { baseDir: base } });

stepKit('file.drop', {
  good: (folder) => {
    mkdirSync(join(folder, 'inbox'), { recursive: true });
    return { folder: 'inbox', name: 'order.yaml', content: 'id: 1\n' };
  },
  bad: () => ({ folder: 'nowhere', name: 'order.yaml', content: 'id: 1\n' }),
  badCode: 'NOT_FOUND',
});

describe('file.drop', () => {
  test('many at the same instant into one folder are all there, and nothing else is', async () => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'inbox'));
    const names = Array.from({ length: 60 }, (_, index) => `${index}.yaml`);
    const drop = (name: string) => {
      const goLive = { baseDir: base, evidenceDir: join(base, `evidence-${name}`) };
      return runStep('file.drop', { folder: 'inbox', name, content: name }, { goLive });
    };
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    try {
      for (const run of await Promise.all(names.map(drop))) passed(run);
    } finally {
      clock.mockRestore();
    }
    expect(readdirSync(join(base, 'inbox')).toSorted()).toEqual(names.toSorted());
    for (const name of names) expect(readFileSync(join(base, 'inbox', name), 'utf8')).toBe(name);
  });
  test('the file appears whole, with nothing left beside it, and never over another', async () => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'inbox'));
    const drop = (task: object) =>
      runStep('file.drop', { folder: 'inbox', name: 'o.yaml', content: 'id: 1\n' }, { ...at(base), task });
    writeFileSync(temporaryBeside(join(base, 'inbox', 'o.yaml')), 'of a killed attempt');
    const run = await drop({});
    expect(readdirSync(join(base, 'inbox'))).toEqual(['o.yaml']);
    expect(passed(run).outputs).toMatchObject({ bytes: 6 });
    expect(readFileSync(join(base, 'inbox', 'o.yaml'), 'utf8')).toBe('id: 1\n');
    expect(readFileSync(join(run.folder, 'dropped'), 'utf8')).toBe('id: 1\n');
    writeFileSync(join(base, 'inbox', 'o.yaml'), 'mine');
    expect(failed(await drop({ step: 'again' })).code).toBe('CHECK_FAILED');
    expect(readFileSync(join(base, 'inbox', 'o.yaml'), 'utf8')).toBe('mine');
  });

  test('eight at the same instant under one name: one is dropped whole, and the others say that the name is taken', async () => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'inbox'));
    const runs = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        runStep(
          'file.drop',
          { folder: 'inbox', name: 'o.yaml', content: `id: ${index}\n` },
          { goLive: { baseDir: base, evidenceDir: join(base, `evidence-${index}`) } },
        ),
      ),
    );
    const done = runs.flatMap(({ result }, index) => (result ? [index] : []));
    expect(done).toHaveLength(1);
    for (const run of runs) if (!run.result) expect(failed(run).message).toContain('is there already and waits');
    expect(readdirSync(join(base, 'inbox'))).toEqual(['o.yaml']);
    expect(readFileSync(join(base, 'inbox', 'o.yaml'), 'utf8')).toBe(`id: ${done[0]}\n`);
  });

  test('a folder that is a link is told with where it leads', async () => {
    const base = realpathSync(temporaryFolder());
    mkdirSync(join(base, 'real'));
    symlinkSync('real', join(base, 'inbox'));
    const { summary } = passed(await runStep('file.drop', { folder: 'inbox', name: 'o.yaml', content: 'x' }, at(base)));
    expect(summary).toContain(`(which leads to ${join(base, 'real', 'o.yaml')})`);
  });
});
