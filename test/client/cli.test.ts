import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildProgram } from '../../client/program.js';

const cli = resolve('dist/bin/golive.js');
let folder = '';
/** Loopback address where nothing listens. */
let nowhere = '';

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function golive(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((done) => {
    const options = { cwd: folder, env: { PATH, HOME, ...env }, timeout: 30_000 };
    execFile(process.execPath, [cli, ...args], options, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'golive-cli-'));
  writeFileSync(join(folder, 'empty.yaml'), '');
  writeFileSync(join(folder, 'broken.yaml'), 'schema: 1\nid: [\n');
  writeFileSync(join(folder, 'binary.yaml'), Buffer.from([0, 1, 2, 255, 27, 91, 50, 74]));
  writeFileSync(
    join(folder, 'fine.yaml'),
    'schema: 1\nid: fine\ntitle: Fine\nroles: { sre: SRE }\nphases:\n  - id: one\n    owner: sre\n    steps:\n      - { id: pause, uses: wait, with: { for: 1s } }\n',
  );
  nowhere = await new Promise((done) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(`127.0.0.1:${typeof address === 'object' && address ? address.port : 1}`));
    });
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('bad input is answered, never with a stack trace', () => {
  test.each<[string[]]>([
    [['wach']],
    [['--nonsense']],
    [['start']],
    [['start', 'no-such.yaml', '--target', 't', '--change', 'c']],
    [['start', 'empty.yaml', '--target', 't', '--change', 'c']],
    [['start', 'broken.yaml', '--target', 't', '--change', 'c']],
    [['start', 'binary.yaml', '--target', 't', '--change', 'c']],
    [['start', 'fine.yaml', '--target', 't']],
    [['start', 'fine.yaml', '--target', '../t', '--change', 'c']],
    [['start', 'fine.yaml', '--target', 't', '--change', 'c\u001B[2J']],
    [['start', 'fine.yaml', '--target', 't', '--change', 'c', '--mode', 'prod']],
    [['start', 'fine.yaml', '--target', 't', '--change', 'c', '--mode', 'live', '--time-scale', '30']],
    [['start', 'fine.yaml', '--target', 't', '--change', 'c', '--mode', 'live']],
    [['start', 'fine.yaml', '--target', 't', '--change', 'c', '--input', 'novalue']],
    [['start', 'fine.yaml', '--target', 't', '--change', 'c', '--input', 'unknown=1']],
    [['start', 'fine.yaml', '--target', 't', '--change', 'c', '--require', 'nope']],
    [['start', 'fine.yaml', '--target', 't', '--change', 'c']],
    [['rehearse', 'fine.yaml']],
    [['rehearse', 'fine.yaml', '--fault', 'nope']],
    [['rehearse', 'fine.yaml', '--time-scale', '0']],
    [['rehearse', 'fine.yaml', '--time-scale', 'NaN']],
    [['list', '--verdict', 'green']],
    [['list', '--limit', '-1']],
    [['list']],
    [['status']],
    [['status', 't']],
    [['watch', 't', 'extra']],
    [['approve', 't']],
    [['reject', 't', 'x']],
    [['tick', 't', 'p.i', '--as']],
    [['skip', 't']],
    [['continue', 't']],
    [['retry', 't', 'a', 'b']],
    [['stop', 't', 'a']],
    [['abort', 't']],
    [['waive', 't', 'p.g', '--as', 'cto', '--reason', 'r', '--until', 'soon']],
    [['waive', 't', 'p.g', '--as', 'cto', '--reason', 'r', '--until', '2020-01-01T00:00:00Z']],
    [['waive', 't', 'p.g', '--as', 'cto', '--reason', 'r']],
  ])('%j', async (args) => {
    const { code, stdout, stderr } = await golive(args);
    expect([1, 2, 4]).toContain(code);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
    expect(stderr).toMatch(/^golive: .+/m);
    expect(stderr).toMatch(/^ {2}next {3}\S+/m);
    expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  test.each([
    ['start', '--change', 'c'],
    ['preflight', '--mode', 'rehearse'],
  ])('a credential as an input is refused before anything is asked or written: %s', async (...verb) => {
    // Put together here, so that nobody who looks through this repository finds one.
    const token = ['ghp', 'aB3'.repeat(13)].join('_');
    const file = join(folder, 'input.yaml');
    writeFileSync(file, `${readFileSync(join(folder, 'fine.yaml'), 'utf8')}inputs: { note: { type: string } }\n`);
    const env = { TEMPORAL_ADDRESS: nowhere };
    const { code, stdout, stderr } = await golive([...verb, file, '--target', 't', '--input', `note=${token}`], env);
    expect(stderr).toContain("The input 'note': what looks like a credential stands there.");
    expect(stderr).toContain('{ env: NAME }');
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain(token);
    expect(existsSync(join(folder, 'evidence'))).toBe(false);
  });

  test('a question that no attempt comes to is told by validate, and refuses nothing', async () => {
    const fine = readFileSync(join(folder, 'fine.yaml'), 'utf8');
    const approval = 'approval: { role: sre, fromAttempt: 3 }';
    writeFileSync(join(folder, 'asks.yaml'), fine.replace('owner: sre', `owner: sre\n    ${approval}`));
    const { code, stdout } = await golive(['validate', 'asks.yaml']);
    expect(code).toBe(0);
    expect(stdout).toContain('  ! phases.one: a question is for attempt 3 and later (fromAttempt)');
  });

  test('a server that does not answer', async () => {
    const { code, stderr } = await golive(['status', 't'], { TEMPORAL_ADDRESS: nowhere });
    expect(code).toBe(2);
    expect(stderr).toContain(nowhere);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('the command line', () => {
  test('says the nearest verb', async () => {
    expect((await golive(['wach'])).stderr).toContain('Did you mean watch?');
  });

  test('lists its verbs in groups, each on one line, with an example', async () => {
    const { code, stdout } = await golive(['--help']);
    expect(code).toBe(0);
    for (const heading of ['Write a runbook:', 'Run it:', 'Answer it:', 'Its evidence:', 'Server and worker:']) {
      expect(stdout).toContain(`\n${heading}\n`);
    }
    for (const verb of [
      'start',
      'rehearse',
      'list',
      'status',
      'watch',
      'approve',
      'reject',
      'tick',
      'retry',
      'waive',
      'abort',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${verb} {2,}\\S`, 'm'));
    }
    expect(stdout).toContain('Example:');
  });

  test('every verb has help with an example', () => {
    const verbs = buildProgram().commands.filter((command) => command.name() !== 'help');
    expect(verbs.length).toBeGreaterThan(20);
    for (const verb of verbs) {
      let text = '';
      verb.configureOutput({ writeOut: (part) => (text += part) });
      verb.outputHelp();
      expect([verb.name(), /^Examples?:\n {2}golive /m.test(text)]).toEqual([verb.name(), true]);
      expect([verb.name(), (verb.summary() || verb.description()).length > 5]).toEqual([verb.name(), true]);
    }
  });

  test('prints its version', async () => {
    expect((await golive(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('GOLIVE_DEBUG changes no error that is meant for people', async () => {
    const { stderr } = await golive(['status', 't'], { GOLIVE_DEBUG: '1' });
    expect(stderr).toContain('golive up');
  });
});
