import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { signature } from '../../kinds/notice/send.js';
import { blocksOf } from '../kits/doc-blocks.js';
import { passed, runStep, temporaryFolder } from '../kits/step-run.js';

const PAGE = 'docs/runbook-format.md';
const steps = z.array(
  z.object({ id: z.string(), with: z.looseObject({ file: z.string(), values: z.record(z.string(), z.json()) }) }),
);
const block = blocksOf(PAGE).find(({ text }) => text.startsWith('- id: served'))?.text ?? '';

/** A file of each step, and what is to be read of it. */
const FILES: Record<string, [content: string, values: object]> = {
  served: [
    'http_requests_total{code="200",path="/a"} 5\nhttp_requests_total{code="200",path="/b"} 2\nhttp_requests_total{code="500"} 9\n',
    { ok: 7 },
  ],
  tests: [
    '<testsuite name="s"><testcase classname="c" name="a" time="0.5"/><testcase name="b" time="2"><failure/></testcase></testsuite>',
    { failed: 1, slowest: 2 },
  ],
  classes: [
    '<coverage><packages><package name="p"><classes><class name="c" filename="c.ts"><lines><line number="1" hits="1"/><line number="2" hits="0"/></lines></class></classes></package></packages></coverage>',
    { lines: 2, covered: 1 },
  ],
  files: ['SF:a.ts\nDA:1,4\nDA:2,0\nDA:3,1\nLF:3\nend_of_record\n', { lines: 3, covered: 2 }],
};

test.each(steps.parse(parse(block)))('the example $id reads its report', async ({ id, with: given }) => {
  const [content, values] = FILES[id] ?? ['', {}];
  const file = join(temporaryFolder(), given.file);
  writeFileSync(file, content);
  expect(passed(await runStep('metrics.read', { ...given, file })).outputs.values).toEqual(values);
});

const receiver = z.object({
  isOurs: z.function({
    input: [z.instanceof(Buffer), z.string().optional(), z.string(), z.number()],
    output: z.boolean(),
  }),
});

test('the receiver of the page takes what golive signs, and nothing else', async () => {
  const text = blocksOf(PAGE).find(({ language }) => language === 'js')?.text ?? '';
  const file = join(temporaryFolder(), 'receiver.mjs');
  writeFileSync(file, text);
  const module: unknown = await import(file);
  const { isOurs } = receiver.parse(Object.assign({}, module));
  const now = new Date('2026-01-01T00:00:00Z');
  const body = Buffer.from('{"text":"Grüße"}');
  const header = signature('key', body.toString(), now);
  const at = now.getTime();
  expect(isOurs(body, header, 'key', at)).toBe(true);
  expect(isOurs(Buffer.from('{"text":"x"}'), header, 'key', at)).toBe(false);
  expect(isOurs(body, header, 'other', at)).toBe(false);
  expect(isOurs(body, header, 'key', at + 301_000)).toBe(false);
  expect(isOurs(body, undefined, 'key', at)).toBe(false);
  expect(isOurs(body, 't=1', 'key', at)).toBe(false);
});
