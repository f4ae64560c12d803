import { setTimeout as delay } from 'node:timers/promises';
import { createCapabilities, Secrets } from '../../activities/deed/capabilities.js';
import type { RunCommand } from '../../activities/step/step.js';
import { stepCalls } from '../../kinds/hands.js';
import type { JsonObject } from '../../model/json.js';
import { temporaryFolder } from './step-run.js';

/** What a kind's own look before a go-live says of an input; undefined where it has none. @param run runs its programs */
export async function checkKind(
  name: string,
  input: JsonObject,
  env: NodeJS.ProcessEnv = process.env,
  run: RunCommand = () => Promise.reject(new Error('no program is run')),
): Promise<string | undefined> {
  const { kind, handler } = stepCalls.call(name, 'do');
  const { signal } = new AbortController();
  return handler.check?.(kind.input.parse(input), {
    ...createCapabilities({ goLive: { baseDir: temporaryFolder() }, env, signal, secrets: new Secrets() }),
    signal,
    path: (path) => path,
    run,
    sleep: (ms) => delay(ms),
    progress: () => undefined,
    log: () => undefined,
  });
}
