import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

/** What the lines below may use: nothing of it is defined for the test. */
const PRELUDE = `
import type { record as recordStep } from '${root}/activities/step/step-events.js';
import type { StepCall } from '${root}/activities/step/step.js';
import type { StepError } from '${root}/activities/step/step-error.js';
import type { appendEvent as append } from '${root}/evidence/write/log.js';
import type { EventDraft } from '${root}/model/evidence/events.js';
import type { eventsOf as readEvents, LoggedEvent } from '${root}/model/evidence/logged-event.js';
import type { FailureCode, StepFailure } from '${root}/model/failure.js';
import type { Choice, MessageName, Receipt } from '${root}/model/people/message.js';
import type { GateResult } from '${root}/model/judge/gate.js';
import type { Vote } from '${root}/model/people/approval.js';
import type { StepTask } from '${root}/model/state/contract.js';
import type { SearchAttribute } from '${root}/model/state/search-attributes.js';
import type { DecisionState, PhaseState, PhaseStatus, StepRecord, StepStatus } from '${root}/model/state/state.js';
import type { Verdict } from '${root}/model/verdict.js';
import type { Session } from '${root}/workflows/session.js';
declare const session: Session;
declare const record: typeof recordStep;
declare const eventsOf: typeof readEvents;
declare const appendEvent: typeof append;
declare const failure: typeof StepError;
declare const [task, call, events, event]: [StepTask, StepCall, LoggedEvent[], LoggedEvent];
declare const [step, phase, decision, gate, vote]: [StepRecord, PhaseState, DecisionState, GateResult, Vote];
declare const [choice, message]: [Choice, MessageName];
`;

/** One line twice: as it is right, and with the slip. Both go to the compiler; it must take one and refuse the other. */
const SLIPS: Record<string, { right: string; wrong: string }> = {
  'the type of an event that the go-live notes': {
    right: "session.note('phase.started', { phase: 'a', attempt: 1 });",
    wrong: "session.note('phase.begun', { phase: 'a', attempt: 1 });",
  },
  'a field of an event': {
    right: "session.note('phase.failed', { phase: 'a', attempt: 1, sentence: '' });",
    wrong: "session.note('phase.failed', { phase: 'a', atempt: 1, sentence: '' });",
  },
  'a field of an event, in a variable': {
    right: "const facts = { phase: 'a', attempt: 1, sentence: '' }; session.note('phase.passed', facts);",
    wrong: "const facts = { phase: 'a', attempt: 1, sentense: '' }; session.note('phase.passed', facts);",
  },
  'a field of an event, in a spread': {
    right: "const more = { why: '' }; session.note('vote.void', { approval: 'a', by: 'b', role: 'c', ...more });",
    wrong: "const more = { wy: '' }; session.note('vote.void', { approval: 'a', by: 'b', role: 'c', ...more });",
  },
  'a field of an event, in a spread that may be empty': {
    right:
      "const more = gate.hard ? { why: '' } : {}; session.note('vote.void', { approval: 'a', by: 'b', role: 'c', ...more });",
    wrong:
      "const more = gate.hard ? { wy: '' } : {}; session.note('vote.void', { approval: 'a', by: 'b', role: 'c', ...more });",
  },
  'a field of an event, that a variable may have': {
    right:
      "declare const facts: Record<'approval' | 'by' | 'role', string> & ({} | { why: string }); session.note('vote.void', facts);",
    wrong:
      "declare const facts: Record<'approval' | 'by' | 'role', string> & ({} | { wy: string }); session.note('vote.void', facts);",
  },
  'a field of one of two events, in a variable': {
    right:
      "const facts = { phase: 'a', attempt: 1, sentence: '' }; session.note(`phase.${'passed' as 'passed' | 'failed'}`, facts);",
    wrong:
      "const facts = { phase: 'a', attempt: 1, sentence: '', sentense: '' }; session.note(`phase.${'passed' as 'passed' | 'failed'}`, facts);",
  },
  'a field that is left out': {
    right: "session.note('decision', { decision: 'go', verdict: 'go', sentence: '' });",
    wrong: "session.note('decision', { decision: 'go', verdict: 'go' });",
  },
  'a field of another type': {
    right: "session.note('rollback.started', { rollback: 'R1', because: '', undos: 2 });",
    wrong: "session.note('rollback.started', { rollback: 'R1', because: '', undos: '2' });",
  },
  'the verdict in an event': {
    right: "session.note('verdict', { verdict: 'no-go', sentence: '', rollbackIncomplete: false });",
    wrong: "session.note('verdict', { verdict: 'nogo', sentence: '', rollbackIncomplete: false });",
  },
  'an event made of a status that has none': {
    right: "session.note(`phase.${'failed' as 'failed' | 'cancelled'}`, { phase: 'a', attempt: 1, sentence: '' });",
    wrong: "session.note(`phase.${'failed' as PhaseStatus}`, { phase: 'a', attempt: 1, sentence: '' });",
  },
  'an event made of the name of a message': {
    right: "session.note(`message.${message}`, { via: 'update', said: {} });",
    wrong: "session.note(`mesage.${message}`, { via: 'update', said: {} });",
  },
  'what became of a step': {
    right: "void record(task, call, 'probed', { answer: 'done', found: '' });",
    wrong: "void record(task, call, 'probd', { answer: 'done', found: '' });",
  },
  'a fact of a step': {
    right: "void record(task, call, 'done', { outputs: {}, summary: '', evidence: [] });",
    wrong: "void record(task, call, 'done', { output: {}, summary: '', evidence: [] });",
  },
  'a fact of a step, in a spread': {
    right:
      "const more = { recovered: true }; void record(task, call, 'done', { outputs: {}, summary: '', evidence: [], ...more });",
    wrong:
      "const more = { recoverd: true }; void record(task, call, 'done', { outputs: {}, summary: '', evidence: [], ...more });",
  },
  'a fact of a step, in a variable': {
    right: "const facts = { title: '', attempt: 1, inputs: '', argv: [] }; void record(task, call, 'started', facts);",
    wrong: "const facts = { title: '', attempt: 1, inputs: '', args: [] }; void record(task, call, 'started', facts);",
  },
  'the code in the event of a step': {
    right: "void record(task, call, 'failed', { code: 'TIMED_OUT', message: '', inputs: '', evidence: [] });",
    wrong: "void record(task, call, 'failed', { code: 'TIMEOUT', message: '', inputs: '', evidence: [] });",
  },
  'an event of the log itself': {
    right: "void appendEvent('/b', { type: 'torn-line', file: 'f', bytes: 1, sha256: '' });",
    wrong: "void appendEvent('/b', { type: 'tornline', file: 'f', bytes: 1, sha256: '' });",
  },
  'the type of an event that the auditor looks for': {
    right: "eventsOf(events, 'approval.asked');",
    wrong: "eventsOf(events, 'approval.ask');",
  },
  'a field that the auditor reads': {
    right: "eventsOf(events, 'approval.asked').map(({ digest }) => digest);",
    wrong: "eventsOf(events, 'approval.asked').map(({ diggest }) => diggest);",
  },
  'a type that an event is compared with': {
    right: "export const a = event.type === 'step.done';",
    wrong: "export const a = event.type === 'step.finished';",
  },
  'a case over the types of events': {
    right: "switch (event.type) { case 'sealed': break; default: }",
    wrong: "switch (event.type) { case 'seeled': break; default: }",
  },
  'the type of a draft': {
    right: "export const a: EventDraft['type'] = 'vote.void';",
    wrong: "export const a: EventDraft['type'] = 'vote.voided';",
  },
  'the code of a failure': {
    right: "export const a: StepFailure = { code: 'CHECK_FAILED', message: '' };",
    wrong: "export const a: StepFailure = { code: 'CHECK_FAILD', message: '' };",
  },
  'the code that a step throws': {
    right: "export const a = new failure('NOT_FOUND', '');",
    wrong: "export const a = new failure('NOTFOUND', '');",
  },
  'a code that a failure is compared with': {
    right: "export const a = step.failure?.code === 'OUTCOME_UNKNOWN';",
    wrong: "export const a = step.failure?.code === 'OUTCOME_UNKNOW';",
  },
  'a table of codes without one': {
    right: 'export const a = {} as const satisfies Partial<Record<FailureCode, 1>>;',
    wrong: 'export const a = {} as const satisfies Record<FailureCode, 1>;',
  },
  'the status of a step': {
    right: "export const a = step.status === 'skipped';",
    wrong: "export const a = step.status === 'skiped';",
  },
  'the status of a phase': { right: "phase.status = 'cancelled';", wrong: "phase.status = 'canceled';" },
  'a table of statuses without one': {
    right: "export const a: Pick<Record<StepStatus, 1>, 'done'> = { done: 1 };",
    wrong: 'export const a: Record<StepStatus, 1> = { done: 1 };',
  },
  'a verdict': {
    right: "export const a: Verdict = 'inconclusive';",
    wrong: "export const a: Verdict = 'inconclusiv';",
  },
  'the verdict of a gate': {
    right: "export const a = gate.verdict === 'no-go';",
    wrong: "export const a = gate.verdict === 'no go';",
  },
  'a verdict that a decision cannot have': {
    right: 'export const a = decision.verdict === undefined;',
    wrong: "export const a = decision.verdict === 'pending';",
  },
  'the status of a vote': {
    right: "export const a = vote.status === 'counted';",
    wrong: "export const a = vote.status === 'count';",
  },
  'the name of a message': {
    right: "export const a = message === 'approve';",
    wrong: "export const a = message === 'aprove';",
  },
  'a table of messages without one': {
    right:
      'export const a = { approve: 1, reject: 1, tick: 1, choose: 1, waive: 1, omit: 1, abort: 1 } satisfies Record<MessageName, 1>;',
    wrong: 'export const a = { approve: 1, reject: 1, tick: 1, choose: 1, waive: 1 } satisfies Record<MessageName, 1>;',
  },
  'a choice of the operator': {
    right: "export const a = choice === 'retry-phase';",
    wrong: "export const a = choice === 'retryPhase';",
  },
  'a table of choices without one': {
    right:
      "export const a = { done: 1, retry: 1, 'retry-phase': 1, skip: 1, continue: 1, rollback: 1, stop: 1 } satisfies Record<Choice, 1>;",
    wrong:
      "export const a = { done: 1, retry: 1, 'retry-phase': 1, skip: 1, continue: 1, rollback: 1 } satisfies Record<Choice, 1>;",
  },
  'a receipt that is not looked into': {
    right: 'export const a = (r: Receipt) => (r.accepted ? r.text : r.hint);',
    wrong: 'export const a = (r: Receipt) => r.hint;',
  },
  'a search attribute': {
    right: "export const a: SearchAttribute = 'waitingOn';",
    wrong: "export const a: SearchAttribute = 'waiting';",
  },
};

const names = Object.keys(SLIPS);
let folder: string;
/** Errors by file: the compiler's own words. */
const errors = new Map<string, string[]>();

const fileOf = (name: string, part: 'right' | 'wrong'): string => `${names.indexOf(name)}.${part}.ts`;

/** One run of the real compiler over all of it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'golive-misspellings-'));
  for (const name of names) {
    for (const part of ['right', 'wrong'] as const) {
      // The line stands alone, so that an error on another line is seen to be one.
      writeFileSync(join(folder, fileOf(name, part)), `${PRELUDE}${SLIPS[name]?.[part] ?? ''}\n`);
    }
  }
  const compilerOptions = {
    rootDir: '/',
    noEmit: true,
    incremental: false,
    tsBuildInfoFile: null,
    noUnusedLocals: false,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const project = { extends: join(root, 'tsconfig.json'), compilerOptions, include: [join(folder, '*.ts')] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const printed = await new Promise<string>((resolve) => {
    execFile(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder }, (_, stdout) =>
      resolve(stdout),
    );
  });
  for (const line of printed.split('\n')) {
    const [, file, words] = /^(\S+?\.ts)(\(\d+,\d+\): error TS\d+: .*)$/.exec(line) ?? [];
    if (file !== undefined && words !== undefined) errors.set(file, [...(errors.get(file) ?? []), words]);
    else if (/^\S*error/.test(line)) errors.set('', [...(errors.get('') ?? []), line]);
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const last = PRELUDE.split('\n').length;

test.each(names)('%s: a slip does not compile', (name) => {
  expect(errors.get(fileOf(name, 'right')) ?? []).toEqual([]);
  const found = errors.get(fileOf(name, 'wrong')) ?? [];
  expect(found).not.toEqual([]);
  // Errors about the line itself, and nothing else.
  expect(found.filter((words) => !words.startsWith(`(${last},`))).toEqual([]);
});

test('nothing else is wrong: not the code, not the project', () => {
  const known = new Set(names.flatMap((name) => [fileOf(name, 'right'), fileOf(name, 'wrong')]));
  expect([...errors].filter(([file]) => !known.has(file))).toEqual([]);
});
