import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { createLog, messageOf } from '../kit/log.js';
import { appears } from '../kit/processes.js';
import { liveWith } from '../kit/program.js';

/**
 * `golive up`, which is server, worker, and what starts them again when they die, with one go-live that waits for an answer:
 * its step fails, and an operator is asked. Each `retry` takes the step once more, and it waits again.
 * `up.js --golive FILE --dir DIR --port P --ui-port P`; `DIR/up.json` then says where it listens.
 */
const log = createLog('up');
/** How soon the pid of another worker is told. */
const TOLD_MS = 100;

const { values } = parseArgs({
  options: {
    golive: { type: 'string', default: '' },
    dir: { type: 'string', default: '' },
    port: { type: 'string', default: '' },
    'ui-port': { type: 'string', default: '' },
  },
});
const [state, project] = [join(values.dir, 'state'), join(values.dir, 'project')];
const env = { ...process.env, GOLIVE_STATE: state };

const WAITING = `schema: 1
id: waiting
title: Waits for an answer
roles: { ops: Operations }
phases:
  - id: look
    title: Look
    owner: ops
    planned: 1m
    onFail: { then: stop, ask: { role: ops, expires: 7d } }
    steps:
      - { id: look, title: Look, uses: command.run, effect: none, onFail: ask, with: { argv: ["false"] } }
    gates:
      - { id: code, title: Exit code, value: steps.look.exitCode, equals: 0 }
decisions:
  - id: go
    title: Go
    requires: [look]
    approval: { role: ops, question: "Go?", expires: 7d }
`;

const workerSchema = z.object({ pid: z.int() });
const serverSchema = z.object({ httpAddress: z.string() });

const read = (file: string): unknown => JSON.parse(readFileSync(join(state, file), 'utf8'));

function put(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** golive keeps the pid of its worker in a record; what kills processes reads a plain file. */
function followWorker(): void {
  let told = 0;
  setInterval(() => {
    try {
      const { pid } = workerSchema.parse(read('worker.json'));
      if (pid !== told) put(join(values.dir, 'worker.pid'), `${pid}\n`);
      told = pid;
    } catch {
      // Between two workers.
    }
  }, TOLD_MS);
}

async function begin(): Promise<void> {
  await appears(join(state, 'worker.ready.json'));
  const given = ['--target', 'waiting', '--change', 'c1', '--evidence', join(state, 'evidence'), '--json'];
  execFileSync(process.execPath, [values.golive, 'start', 'waiting.yaml', ...given], { cwd: project, env });
  followWorker();
  const { httpAddress } = serverSchema.parse(read('server.json'));
  const metrics = /^Metrics: +http:\/\/([^/]+)\//m.exec(readFileSync(join(state, 'server.log'), 'utf8'))?.[1];
  put(
    join(values.dir, 'up.json'),
    JSON.stringify({ api: httpAddress, metrics: metrics?.replace('localhost', '127.0.0.1') }),
  );
}

mkdirSync(project, { recursive: true });
writeFileSync(join(project, 'waiting.yaml'), WAITING);
const ports = ['--port', values.port, '--ui-port', values['ui-port']];
const child = spawn(process.execPath, [values.golive, 'up', ...ports], {
  cwd: project,
  env,
  stdio: ['ignore', 'inherit', 'inherit'],
});
liveWith(child, 'golive up', log, begin).catch((error: unknown) => {
  log('error', messageOf(error));
  child.kill('SIGTERM');
  process.exitCode = 1;
});
