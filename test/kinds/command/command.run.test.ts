import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { stepKit } from '../../kits/step-kit.js';
import { eventually, failed, passed, processesWith, runStep, temporaryFolder } from '../../kits/step-run.js';

const node = process.execPath;
const script = (text: string): string[] => [node, '-e', text];

stepKit('command.run', {
  good: () => ({
    argv: script('console.log("hello"); require("fs").writeFileSync(process.env.GOLIVE_OUTPUT_FILE, "{}")'),
    outputs: { file: 'out.json' },
  }),
  bad: () => ({ argv: script('console.error("no such table"); process.exit(3)') }),
  badCode: 'COMMAND_FAILED',
  effect: 'idempotent',
  slow: (folder) => ({
    // A command with a child of its own, both deaf to SIGTERM's default through a long timer.
    input: {
      argv: script(
        `const {spawn}=require('child_process'); spawn(process.execPath,['-e','setInterval(()=>{},1000)//${folder}']); setInterval(()=>{},1000)//${folder}`,
      ),
    },
    under: () => eventually(() => processesWith(folder).length >= 2, 'both processes run'),
  }),
  clean: (folder) => expect(processesWith(folder)).toEqual([]),
});

describe('command.run', () => {
  test('its failure says the code and what it last said, and the whole output is evidence', async () => {
    const run = await runStep('command.run', {
      argv: script('console.log("row 1"); console.error("no such table"); process.exit(3)'),
    });
    const failure = failed(run);
    expect(failure.message).toMatch(/ended with code 3; it last said: no such table/);
    expect(run.retryable).toBe(false);
    expect(failure.facts).toMatchObject({ exitCode: 3 });
    const saved = readFileSync(join(run.folder, 'output.log'), 'utf8');
    expect(saved).toContain('row 1\n');
    expect(saved).toContain('no such table\n');
  });

  test('it gets the idempotency key and its own variables, and nothing else of the worker’s environment', async () => {
    const run = await runStep(
      'command.run',
      { argv: script('console.log(JSON.stringify(process.env))'), env: { COLOUR: 'blue' } },
      { env: { ...process.env, SECRET_TOKEN: 'hidden' }, task: { step: 'migrate', epoch: 4 } },
    );
    const seen = JSON.parse(String(passed(run).outputs.stdoutTail)) as Record<string, string>;
    expect(seen).toMatchObject({ COLOUR: 'blue', GOLIVE_IDEMPOTENCY_KEY: 'shop/change-1/1-kit/migrate/4' });
    expect(seen.SECRET_TOKEN).toBeUndefined();
  });

  test('no shell reads its arguments', async () => {
    const run = await runStep('command.run', { argv: [node, '-p', 'process.argv[1]', '$HOME; echo hi | cat'] });
    expect(passed(run).outputs.stdoutTail).toBe('$HOME; echo hi | cat\n');
  });

  test('its output file gives values, and an old one is never read', async () => {
    const baseDir = temporaryFolder();
    const write = 'require("fs").writeFileSync(process.env.GOLIVE_OUTPUT_FILE, JSON.stringify({rows: 7}))';
    const outputs = { file: 'out.json' };
    const run = await runStep('command.run', { argv: script(write), outputs }, { goLive: { baseDir } });
    expect(passed(run).outputs.values).toEqual({ rows: 7 });
    expect(passed(run).evidence.map(({ name }) => name)).toEqual(['output.log', 'outputs.json']);
    expect(existsSync(join(baseDir, 'out.json'))).toBe(true);
    const silent = await runStep(
      'command.run',
      { argv: script(''), outputs },
      { goLive: { baseDir }, task: { epoch: 2 } },
    );
    expect(failed(silent).code).toBe('NOT_FOUND');
  });

  const written = (bytes: string | Buffer) => {
    const base64 = Buffer.from(bytes).toString('base64');
    const write = `require("fs").writeFileSync(process.env.GOLIVE_OUTPUT_FILE, Buffer.from("${base64}", "base64"))`;
    return runStep('command.run', { argv: script(write), outputs: { file: 'out.json' } });
  };
  test.each<[string, object]>([
    ['{"id":9007199254740993,"tiny":1e-400,"n":0.5}', { id: '9007199254740993', tiny: '1e-400', n: 0.5 }],
    ['\ufeff{"a":[1,{"b":null}]}', { a: [1, { b: null }] }],
  ])('the values of %s are exact', async (text, values) => {
    expect(passed(await written(text)).outputs.values).toEqual(values);
  });
  test.each<[string, string | Buffer, string]>([
    ['two values', '{"failed":7,"failed":0}', 'has "failed" twice, with two values'],
    ['broken UTF-8', Buffer.from('{"a":"\xff"}', 'latin1'), 'is no UTF-8: byte 6'],
    ['a prototype', '{"a":{"__proto__":{"b":1}}}', 'has a member "__proto__"'],
    ['a list', '[1]', 'does not hold a JSON object'],
    ['no JSON', '{"a":NaN}', 'is no JSON'],
    ['nesting without end', `{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`, 'is nested deeper than'],
  ])('an output file with %s is refused', async (_, bytes, message) => {
    const failure = failed(await written(bytes));
    expect(failure.code).toBe('COMMAND_FAILED');
    expect(failure.message).toContain(message);
  });

  test('a program that is not there is TOOL_MISSING, a folder that is not there NOT_FOUND', async () => {
    expect(failed(await runStep('command.run', { argv: ['no-such-program-here'] })).code).toBe('TOOL_MISSING');
    expect(failed(await runStep('command.run', { argv: [node, '-v'], cwd: 'nowhere' })).code).toBe('NOT_FOUND');
  });

  test('beyond its timeout it is stopped with its children', async () => {
    const mark = randomUUID();
    const deaf = `process.on('SIGTERM',()=>{}); require('child_process').spawn(process.execPath,['-e','setInterval(()=>{},1000)//${mark}']); setInterval(()=>{},1000)`;
    const run = await runStep('command.run', { argv: script(deaf), timeout: '500ms' });
    expect(failed(run).code).toBe('TIMED_OUT');
    expect(processesWith(mark)).toEqual([]);
  });

  test.each([
    ['its own time', { timeout: '700ms' }, {}],
    ['the time of its step', {}, { timeoutMs: 1500 }],
  ])('beyond %s it tells what it printed last, and where all of it is', async (_what, input, task) => {
    const argv = script("console.log('a'); console.log('waiting for shard 7'); setInterval(()=>{},1000)");
    const failure = failed(await runStep('command.run', { argv, ...input }, { task }));
    expect(failure.code).toBe('TIMED_OUT');
    expect(failure.message).toMatch(/ and was stopped; it last said: waiting for shard 7\.$/);
    expect(failure.said).toContain('a\nwaiting for shard 7');
    expect(failure.hint).toMatch(/^`golive logs \S+ \S+` prints all that it printed/);
  });

  test('beyond its time without a word it says so', async () => {
    const run = await runStep('command.run', { argv: script('setInterval(()=>{},1000)'), timeout: '500ms' });
    expect(failed(run).message).toMatch(/ did not end within 500ms and was stopped; it printed nothing\.$/);
  });

  test('a deed that must not be repeated is not begun again by a second attempt that finds no outcome', async () => {
    const baseDir = temporaryFolder();
    const count = join(baseDir, 'count');
    const argv = script(`require('fs').appendFileSync(${JSON.stringify(count)}, 'x')`);
    const task = { effect: 'once' as const };
    const first = await runStep('command.run', { argv }, { goLive: { baseDir }, task });
    passed(first);
    // The same deed again: its worker died after the outcome was kept and before it was reported.
    const again = await runStep('command.run', { argv }, { goLive: { baseDir }, task, attempt: 2 });
    expect(passed(again).outputs).toEqual(passed(first).outputs);
    expect(readFileSync(count, 'utf8')).toBe('x');
    // And when it died between the intent and the outcome.
    const ledger = join(first.folder, 'ledger.jsonl');
    const intent = readFileSync(ledger, 'utf8')
      .split('\n')
      .find((line) => line.includes('"intent"'));
    writeFileSync(ledger, `${intent}\n`);
    const doubtful = await runStep('command.run', { argv }, { goLive: { baseDir }, task, attempt: 2 });
    expect(failed(doubtful).code).toBe('OUTCOME_UNKNOWN');
    expect(readFileSync(count, 'utf8')).toBe('x');
    // A person decided that it is to be done: a new epoch.
    passed(await runStep('command.run', { argv }, { goLive: { baseDir }, task: { ...task, epoch: 2 } }));
    expect(readFileSync(count, 'utf8')).toBe('xx');
  });

  test('output that does not match is a failure with the pattern', async () => {
    const run = await runStep('command.run', { argv: script('console.log("3 failed")'), expectStdout: '^0 failed' });
    expect(failed(run).message).toContain('^0 failed');
  });
});
