import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { batchInput, batchScript, BATCH_ROWS } from '../../kits/batch-script.js';
import { caseManifest } from '../../kits/case-manifest.js';
import { figuresAgain } from '../../kits/figures-again.js';
import { eventually, failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

let base: string;
beforeEach(() => {
  base = temporaryFolder();
  caseManifest(base, { pass: 2, reject: 1 });
});

const script = (body: string): void => batchScript(base, body);
const input = batchInput;
const run = (more: JsonObject = {}, overrides: Parameters<typeof runStep>[2] = {}) =>
  runStep('cases.run', input(more), { ...overrides, goLive: { baseDir: base, ...overrides.goLive } });
const said = async (body: string, more: JsonObject = {}) => {
  script(body);
  return failed(await run(more)).message;
};

describe('cases.run with the team’s own script', () => {
  test('its lines are figures as of golive’s own runner, shown while it writes, and read again by the auditor', async () => {
    script(`for (const one of good) { row(one); await rest(400); }
      fs.writeFileSync('told.json', JSON.stringify(process.argv.slice(3)));`);
    const ended = await run();
    const { outputs, summary } = passed(ended);
    expect(outputs).toMatchObject({
      looked: 3,
      unreadable: 0,
      leftOut: 0,
      total: 3,
      comparable: 3,
      agreed: 2,
      recallPass: 0.5,
      http422: 0,
      exhausted429Share: 0,
      retries429: 2,
      stubbed: 0,
      criticalFalsePass: 0,
      verdicts: { 'pass-0': 'pass', 'pass-1': 'warn', 'reject-0': 'reject' },
      confusion: { 'pass>pass': 1, 'pass>warn': 1, 'reject>reject': 1 },
      runner: process.execPath,
    });
    expect(summary).toContain('sent by the team’s own script');
    expect(await figuresAgain('cases.run', ended)).toEqual(outputs);
    expect(JSON.stringify(ended.heartbeats)).toContain('1/3');
    expect(readFileSync(join(ended.folder, 'failed_cases.csv'), 'utf8')).toContain('pass-1,s,pass,warn,200,2');
    expect(JSON.parse(readFileSync(join(base, 'told.json'), 'utf8'))).toEqual([
      join(base, 'manifest.json'),
      'http://127.0.0.1:9/api/validate/',
      '0',
      '6',
      expect.stringContaining('1-kit.1.step'),
    ]);
  });

  test('an auditor sees a verdict that its line does not say', async () => {
    script('good.forEach(row);');
    const ended = await run();
    const file = join(ended.folder, 'results.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"verdict":"warn"', '"verdict":"pass"'));
    await expect(figuresAgain('cases.run', ended)).rejects.toThrow('pass-1 says otherwise');
  });

  test('an auditor sees a line that is of another case', async () => {
    script('good.forEach(row);');
    const ended = await run();
    const file = join(ended.folder, 'results.jsonl');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const [first = '', , last = ''] = lines.map((line) => line);
    const { raw, sha256 } = JSON.parse(first);
    const verdict = { verdict: 'pass', retries429: 0, attempts: 1, raw, sha256 };
    writeFileSync(file, `${first}\n${JSON.stringify({ ...JSON.parse(lines[1] ?? ''), ...verdict })}\n${last}\n`);
    await expect(figuresAgain('cases.run', ended)).rejects.toThrow('pass-1 says otherwise');
  });

  test.each([
    ['is a word', 'stub: "true"'],
    ['is not told', 'stub: undefined'],
  ])('where no stub may be, one that %s ends the run', async (_, stub) => {
    script(`good.forEach((one) => row({ ...one, ${stub} }));`);
    const ended = await runStep('cases.run', { ...input(), requireStubFalse: true }, { goLive: { baseDir: base } });
    expect(failed(ended)).toMatchObject({
      code: 'EXPECTATION_FAILED',
      message: expect.stringContaining('does not tell by true or false whether it is a stub'),
    });
  });

  test('where no stub may be, a case that was refused needs not tell', async () => {
    script('row({ ...good[0], http_status: 503, decision: null, stub: null }); row(good[1]); row(good[2]);');
    const ended = await runStep('cases.run', { ...input(), requireStubFalse: true }, { goLive: { baseDir: base } });
    expect(passed(ended).outputs).toMatchObject({ comparable: 2, unreadable: 1 });
  });

  test('a guard stops the script as soon as it is certain', async () => {
    caseManifest(base, { pass: 10, reject: 10 });
    script(`for (let at = 0; at < 10; at += 1) {
      row({ case_id: 'pass-' + at, decision: 'STUCK', http_status: 200, tries: 1, stub: false }); await rest(300);
    }
    fs.writeFileSync('went-on', '');`);
    const guards = [{ id: 'uniform', title: 'Uniform block', trips: 'it.maxClassBlockedShare > 0.30' }];
    const ended = await run({}, { task: { guards } });
    expect(failed(ended)).toMatchObject({ code: 'GUARD_TRIPPED', facts: { blocked: 4, total: 20 } });
    expect(existsSync(join(base, 'went-on'))).toBe(false);
    expect(readFileSync(join(ended.folder, 'metrics.json'), 'utf8')).toContain('"complete": false');
  });

  test('figures that a line does not tell are not there; the others are', async () => {
    script('good.forEach(({ case_id, decision }) => row({ case_id, decision }));');
    const { outputs, summary } = passed(await run());
    for (const name of ['http422', 'exhausted429', 'exhausted429Share', 'retries429', 'stubbed']) {
      expect(outputs).not.toHaveProperty(name);
    }
    expect(outputs).toMatchObject({ comparable: 3, agreed: 2 });
    expect(summary).toContain('not known how many retried');
  });

  test('a word that nobody declared is no verdict, with the word; other names of members say what there is', async () => {
    script("row({ ...good[0], decision: 'FINE' }); row(good[1]); row(good[2]);");
    const ended = await run();
    expect(passed(ended).outputs).toMatchObject({ comparable: 2, unreadable: 1 });
    expect(readFileSync(join(ended.folder, 'failed_cases.csv'), 'utf8')).toContain('the verdict ""FINE"" is none of');
    base = temporaryFolder();
    caseManifest(base, { pass: 2, reject: 1 });
    expect(await said("row({ id: 'pass-0', gold: 'OK' });")).toBe(
      'rows.jsonl: line 1 has no "case_id" for the id of a case; it has id, gold; 0 of 3 cases had been read.',
    );
  });

  test('members within others, JSONPath, and lines that are no cases', async () => {
    script(`write('{"type":"head"}\\n');
      good.forEach((one) => row({ type: 'case', answer: { id: one.case_id }, list: [one] }));`);
    const columns = {
      id: 'answer.id',
      expected: '$.list[0].gold',
      verdict: '$.list[0].decision',
      status: '$.list[0].http_status',
      attempts: '$.list[0].tries',
      stub: '$.list[0].stub',
    };
    const { outputs, summary } = passed(await run({ columns, where: { type: 'case' } }));
    expect(outputs).toMatchObject({ agreed: 2, retries429: 2, stubbed: 0 });
    expect(summary).toContain('1 lines left out');
  });

  test.each([
    [
      'dies in the middle',
      'row(good[0]); console.error("Error: connection reset"); process.exit(3);',
      /ended with code 3 after 1 of 3 cases; it last said: Error: connection reset/,
    ],
    ['never writes', '', /ended with code 0 and has not written rows\.jsonl: not one case is known/],
    ['leaves cases out', 'row(good[0]);', /ended with code 0 after 1 of 3 cases: no line of pass-1, reject-0/],
    [
      'writes a torn last line',
      'row(good[0]); write(\'{"case_id":"pass-1","dec\');',
      /line 2 is no JSON, and has no line end: it may be half-written; 1 of 3/,
    ],
    ['writes one case twice', 'row(good[0]); row(good[0]);', /line 2 has the case 'pass-0' once more/],
    [
      'writes a case of another manifest',
      "row({ ...good[0], case_id: 'other-9' });",
      /line 1 has the case "other-9", which the manifest lacks/,
    ],
    ['has another oracle', "row({ ...good[0], gold: 'NO' });", /line 1 expects "NO" of pass-0, and the manifest pass/],
    [
      'writes NaN',
      'write(\'{"case_id":"pass-0","seconds":NaN}\\n\');',
      /line 1 is no JSON \(NaN and Infinity are none\)/,
    ],
    ['writes a huge line', "write('x'.repeat(300000) + '\\n');", /line 1 has 300000 bytes, too many to be read/],
    [
      'writes bytes that are no text',
      'fs.appendFileSync(out, Buffer.from([0x7b, 0xff, 0x7d, 0x0a]));',
      /line 1 holds bytes that are no text/,
    ],
    [
      'truncates its file',
      "row(good[0]); await rest(700); fs.writeFileSync(out, ''); await rest(700);",
      /was truncated: it has 0 bytes, and had \d+, so nothing is known/,
    ],
    [
      'rewrites its file',
      "row(good[0]); await rest(700); fs.writeFileSync(out, fs.readFileSync(out, 'utf8').replace('OK', 'NO')); row(good[1]); row(good[2]);",
      /was rewritten while it was read/,
    ],
    [
      'replaces its file',
      "row(good[0]); await rest(700); fs.copyFileSync(out, out + '2'); fs.renameSync(out + '2', out); await rest(700);",
      /was replaced by another file/,
    ],
    [
      'removes its file',
      'row(good[0]); await rest(700); fs.rmSync(out); await rest(700);',
      /was removed while it was read/,
    ],
  ])('a script that %s', async (_, body, sentence) => {
    expect(await said(body)).toMatch(sentence);
  });

  test.each([
    ['a byte order mark and CRLF', "write('\\ufeff' + good.map((one) => JSON.stringify(one)).join('\\r\\n'));"],
    [
      'UTF-16',
      "fs.appendFileSync(out, Buffer.from('\\ufeff' + good.map((one) => JSON.stringify(one) + '\\n').join(''), 'utf16le'));",
    ],
    [
      'bytes one by one',
      "for (const byte of Buffer.from(good.map((one) => JSON.stringify(one)).join('\\n'))) { fs.appendFileSync(out, Buffer.of(byte)); if (byte === 10) await rest(300); }",
    ],
  ])('%s is read as it is', async (_, body) => {
    script(body);
    expect(passed(await run()).outputs).toMatchObject({ comparable: 3, agreed: 2 });
  });

  test('a file with earlier results is refused, or left as it is', async () => {
    const file = join(base, 'rows.jsonl');
    writeFileSync(file, '{"case_id":"pass-0","decision":"NO"}\n');
    expect(await said('good.forEach(row);')).toMatch(/rows\.jsonl holds 37 bytes from before the script began/);
    expect(existsSync(join(base, 'rows.jsonl'))).toBe(true);
    passed(await run({ earlier: 'left' }, { task: { epoch: 2 } }));
    appendFileSync(file, '{"torn');
    expect(failed(await run({ earlier: 'left' }, { task: { epoch: 3 } })).message).toContain('has no end');
  });

  test('killed in the middle: one that resumes goes on, and nothing is read twice; another asks a person', async () => {
    const evidenceDir = temporaryFolder();
    const task = { phase: 'smoke', step: 'run1' };
    const body = `const there = fs.existsSync(out) ? fs.readFileSync(out, 'utf8') : '';
      for (const one of good) if (!there.includes(one.case_id)) { row(one); await rest(first ? 600 : 0); }`;
    script(`const first = !fs.existsSync(out);\n${body}`);
    const results = join(evidenceDir, 'data', 'phases', 'smoke.1', 'run1', 'results.jsonl');
    const lines = () => (existsSync(results) ? readFileSync(results, 'utf8').split('\n').length - 1 : 0);
    const cancelWhen = () => eventually(() => lines() >= 1, 'the first line');
    const first = await run({ resumes: true }, { goLive: { evidenceDir }, task, cancelWhen });
    expect(first.cancelled).toBe(true);
    expect(lines()).toBeLessThan(3);
    const asked = failed(await run({}, { goLive: { evidenceDir }, task, attempt: 2 }));
    expect(asked.code).toBe('OUTCOME_UNKNOWN');
    passed(await run({ resumes: true }, { goLive: { evidenceDir }, task, attempt: 3 }));
    expect(lines()).toBe(3);
  });

  test('what an earlier attempt read must still stand there', async () => {
    const evidenceDir = temporaryFolder();
    const task = { phase: 'smoke', step: 'run1' };
    script('row(good[0]); process.exit(1);');
    failed(await run({ resumes: true }, { goLive: { evidenceDir }, task }));
    writeFileSync(join(base, 'rows.jsonl'), `${JSON.stringify({ ...BATCH_ROWS[0], tries: 2 })}\n`);
    const again = failed(await run({ resumes: true }, { goLive: { evidenceDir }, task, attempt: 2 }));
    expect(again.message).toContain('line 1 is not the one that an earlier attempt read of pass-0');
  });

  test('a person’s retry begins anew in a file of its own; the rows of before stay in the evidence', async () => {
    const evidenceDir = temporaryFolder();
    const task = { phase: 'smoke', step: 'run1' };
    const file = 'rows-{run}.jsonl';
    script('row(good[0]); process.exit(1);');
    failed(await run({ file }, { goLive: { evidenceDir }, task }));
    script('good.forEach(row);');
    const ended = await run({ file }, { goLive: { evidenceDir }, task: { ...task, epoch: 2 } });
    expect(passed(ended).outputs).toMatchObject({ comparable: 3 });
    expect(existsSync(join(base, 'rows-smoke.1.run1.2.jsonl'))).toBe(true);
    const first = join(evidenceDir, 'data', 'phases', 'smoke.1', 'run1', 'results.jsonl');
    expect(readFileSync(first, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  test('what a line tells of a secret is kept without it', async () => {
    script('good.forEach((one) => row({ ...one, note: process.env.DAY3_API_TOKEN }));');
    const ended = await runStep('cases.run', input({ env: { DAY3_API_TOKEN: { env: 'TOLD' } } }), {
      goLive: { baseDir: base },
      env: { ...process.env, TOLD: 'a-long-secret-token' },
    });
    passed(ended);
    expect(readFileSync(join(ended.folder, 'results.jsonl'), 'utf8')).not.toContain('a-long-secret-token');
  });
});
