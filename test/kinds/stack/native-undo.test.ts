import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { backupFolder } from '../../../activities/step/step-evidence.js';
import { canonicalJson, isJsonObject, parseJson } from '../../../model/json.js';
import { endStack, pidsOf, type SmallStack, smallStack } from '../../kits/small-stack.js';
import { failed, passed, runStep, type RunOverrides, runTask, type StepRun } from '../../kits/step-run.js';
import { temporaryFolder, undoOf } from '../../kits/step-run.js';

const input = { stack: 'stack', driver: 'native' };

describe('the undo of stack.up on processes', () => {
  let base = '';
  let stack: SmallStack;
  beforeEach(async () => {
    base = temporaryFolder();
    stack = await smallStack(base);
  });
  afterEach(() => endStack(base));

  const up = (change: string, more = {}, task: RunOverrides['task'] = {}): Promise<StepRun> =>
    runStep(
      'stack.up',
      { ...input, ...more },
      { task, goLive: { baseDir: base, evidenceDir: join(base, 'e', change) } },
    );
  const undo = ({ task, result }: StepRun) => runTask('stack.up', undoOf(task, result?.outputs), { part: 'undo' });
  const backups = ({ task }: StepRun): string => backupFolder(task.goLive.evidenceDir, task);
  const colour = (name: string): void => writeFileSync(join(stack.folder, '.env'), `COLOUR=${name}\n`);
  /** The colour that the service said when it last began. */
  const said = (): string | undefined =>
    [...readFileSync(join(stack.folder, '.stack', 'api.log'), 'utf8').matchAll(/colour (\w+)/g)].at(-1)?.[1];

  test('stops what the step began and leaves what ran before, also twice', async () => {
    passed(await up('c1', { services: ['store'] }));
    const { store } = pidsOf(stack.folder);
    const run = await up('c2');
    expect(passed(run).outputs).toMatchObject({ started: 1 });
    expect(passed(await undo(run)).summary).toMatch(/^1 service stopped that the step had started, 0 brought back/);
    expect(pidsOf(stack.folder)).toEqual({ store });
    expect(passed(await undo(run)).summary).toBe('already taken back');
    expect(pidsOf(stack.folder)).toEqual({ store });
    const idle = await up('c3', { services: ['store'] });
    passed(await undo(idle));
    expect(pidsOf(stack.folder)).toEqual({ store });
  });

  test('brings an earlier definition back, and the undo of the step that had begun it still stops it', async () => {
    const first = await up('c1');
    passed(first);
    colour('blue');
    const second = await up('c2');
    colour('green');
    const third = await up('c3');
    expect([passed(second).outputs.started, passed(third).outputs.started, said()]).toEqual([2, 2, 'green']);
    expect(passed(await undo(third)).summary).toMatch(/^2 services stopped that the step had started, 2 brought back/);
    expect(said()).toBe('blue');
    passed(await undo(second));
    expect(said()).toBe('none');
    const pids = pidsOf(stack.folder);
    passed(await undo(third));
    passed(await undo(second));
    expect(pidsOf(stack.folder)).toEqual(pids);
    passed(await undo(first));
    expect(pidsOf(stack.folder)).toEqual({});
  });

  test('a step that was cut off between the end of the old and the begin of the new brings the old back', async () => {
    passed(await up('c1'));
    colour('blue');
    const program = join(stack.folder, 'service.cjs');
    const text = readFileSync(program, 'utf8');
    writeFileSync(program, 'process.exit(1)');
    const broken = await up('c2');
    expect(failed(broken).code).toBe('STACK_FAILED');
    writeFileSync(program, text);
    expect(passed(await undo(broken)).summary).toMatch(/[12] brought back/);
    const states = await runStep('stack.ps', { ...input, expect: 'healthy' }, { goLive: { baseDir: base } });
    expect(passed(states).outputs).toMatchObject({ healthy: 2 });
    expect(said()).toBe('none');
  });

  test('what somebody else has begun since is left and said', async () => {
    const first = await up('c1');
    colour('blue');
    passed(await up('c2'));
    const pids = pidsOf(stack.folder);
    expect(passed(await undo(first)).summary).toMatch(
      /(api, store|store, api) left, which somebody else started since/,
    );
    expect(pidsOf(stack.folder)).toEqual(pids);
  });

  test('the evidence of another go-live of the same name does not make its services this one’s', async () => {
    passed(await up('c1'));
    const pids = pidsOf(stack.folder);
    rmSync(join(base, 'e', 'c1'), { recursive: true });
    passed(await undo(await up('c1')));
    expect(pidsOf(stack.folder)).toEqual(pids);
  });

  test('without what was kept the undo fails and stops nothing', async () => {
    passed(await up('c1'));
    colour('blue');
    const run = await up('c2');
    const pids = pidsOf(stack.folder);
    rmSync(backups(run), { recursive: true });
    expect(failed(await undo(run)).message).toContain('before the step is gone');
    rmSync(run.folder, { recursive: true });
    expect(failed(await undo(run)).message).toContain('left for its undo is gone');
    expect(pidsOf(stack.folder)).toEqual(pids);
  });

  test('a service that an older version began is not stopped when nobody knows how to begin it again', async () => {
    passed(await up('c1'));
    const path = join(stack.folder, '.stack', 'api.json');
    const record = parseJson(readFileSync(path, 'utf8'));
    // Left out of the text as undefined members are.
    writeFileSync(
      path,
      canonicalJson({ ...(isJsonObject(record) ? record : {}), definition: undefined, by: undefined }),
    );
    colour('blue');
    const run = await up('c2');
    const { api } = pidsOf(stack.folder);
    expect(failed(await undo(run)).message).toBe('It is not known how api was started before the step.');
    expect(pidsOf(stack.folder).api).toBe(api);
  });

  test('records and what is kept of services can be read by their owner alone', async () => {
    const run = await up('c1');
    const own = join(backups(run), readdirSync(backups(run))[0] ?? '');
    const files = [join(stack.folder, '.stack', 'api.json'), join(own, 'api.service.json')];
    for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
