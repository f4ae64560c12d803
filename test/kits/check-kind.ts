import { setTimeout as delay } from 'node:timers/promises';
import { createCapabilities, Secrets } from '../../activities/deed/capabilities.js';
import { stepCalls } from '../../kinds/hands.js';
import type { JsonObject } from '../../model/json.js';
import { temporaryFolder } from './step-run.js';

/** What a kind's own look before a go-live says of an input; undefined where it has none. */
export async function checkKind(
  name: string,
  input: JsonObject,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const { kind, handler } = stepCalls.call(name, 'do');
  const { signal } = new AbortController();
  return handler.check?.(kind.input.parse(input), {
    ...createCapabilities({ goLive: { baseDir: temporaryFolder() }, env, signal, secrets: new Secrets() }),
    signal,
    path: (path) => path,
    run: () => Promise.reject(new Error('no program is run')),
    sleep: (ms) => delay(ms),
    progress: () => undefined,
    log: () => undefined,
  });
}
