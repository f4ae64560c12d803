import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const VERBS = ['freeze', 'thaw', 'status'];
/** Longer than a post of the agent may take, since it finishes that one before it says "frozen". */
const ANSWER_MS = 8000;

interface Answer {
  state: string;
  [key: string]: unknown;
}

async function ask(dir: string, verb: string): Promise<Answer> {
  let address: { port: number; token: string };
  try {
    address = JSON.parse(readFileSync(join(dir, 'agent.json'), 'utf8')) as typeof address;
  } catch {
    return { state: 'not-running', reason: `no agent.json in ${dir}: the agent is not running there` };
  }
  try {
    const response = await fetch(`http://127.0.0.1:${address.port}/${verb}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${address.token}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!response.ok) return { state: 'unknown', reason: `the agent answered HTTP ${response.status}` };
    return (await response.json()) as Answer;
  } catch (error) {
    return {
      state: 'unknown',
      reason: `the agent does not answer: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { dir: { type: 'string' } }, allowPositionals: true });
  const verb = positionals[0];
  if (!values.dir || !verb || !VERBS.includes(verb)) {
    console.error('usage: agentctl.js freeze|thaw|status --dir DIR');
    return 2;
  }
  const answer = await ask(values.dir, verb);
  console.log(JSON.stringify(answer));
  // As `systemctl is-active`: 0 while it runs, 3 when it does not.
  if (verb === 'status') return { running: 0, frozen: 3, 'not-running': 3 }[answer.state] ?? 4;
  return answer.state === (verb === 'freeze' ? 'frozen' : 'running') ? 0 : 1;
}

process.exitCode = await main();
