import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { passed, runStep, temporaryFolder } from '../../kits/step-run.js';
import type { JsonObject } from '../../../model/json.js';

/** Runs a command that has read a secret and writes this text into its output file. */
async function writing(secret: string, text: string, more: JsonObject = {}, until?: string) {
  const baseDir = temporaryFolder();
  const script = `require("fs").writeFileSync(process.env.GOLIVE_OUTPUT_FILE, ${JSON.stringify(text)}); console.log("ready: true")`;
  const run = await runStep(
    'command.run',
    { argv: [process.execPath, '-e', script], env: { TOKEN: { env: 'TOLD' } }, outputs: { file: 'out.json' }, ...more },
    {
      goLive: { baseDir },
      env: { ...process.env, TOLD: secret },
      task: {
        effect: 'idempotent',
        ...(until ? { until: { everyMs: 10, withinMs: 500, consecutive: 1, condition: until } } : {}),
      },
    },
  );
  const result = passed(run);
  return { ...result, kept: readFileSync(join(run.folder, 'outputs.json'), 'utf8') };
}

describe('what a command writes is judged as it is, and kept without secrets', () => {
  test.each<[secret: string, text: string, values: JsonObject]>([
    ['true', '{"ok":true,"said":"true"}', { ok: true, said: '[redacted]' }],
    ['2000', '{"n":2000,"rows":20001}', { n: '[redacted]', rows: 20001 }],
    ['12345678', '{"of":{"pin":[12345678]}}', { of: { pin: ['[redacted]'] } }],
    ['user', '{"user-1":1,"last":"x"}', { '[redacted]-1': 1, last: 'x' }],
    ['user', '{"user":{"user":"user"}}', { '[redacted]': { '[redacted]': '[redacted]' } }],
  ])('with the secret %j: %s', async (secret, text, values) => {
    const { outputs, kept } = await writing(secret, text);
    expect(outputs.values).toEqual(values);
    expect(JSON.parse(kept)).toEqual(values);
  });

  test('two names that become one are both kept', async () => {
    const { outputs } = await writing('canary', '{"canary":1,"x":2,"canary-":3}');
    expect(outputs.values).toEqual({ '[redacted]': 1, x: 2, '[redacted]-': 3 });
    const told = await writing('canary', '{"canary":1,"Y2FuYXJ5":2,"63616e617279":3}');
    expect(told.outputs.values).toEqual({ '[redacted]': 1, '[redacted] 2': 2, '[redacted] 3': 3 });
  });

  test.each([
    ['escaped', '{"a":"\\u0063anary"}'],
    ['behind a name that stands twice', '{"a":"canary","a":"x"}'],
    ['in no JSON', '["canary"]'],
  ])('a secret %s stands not in the evidence', async (_, text) => {
    const run = writing('canary', text).catch((error: Error) => error.message);
    expect(JSON.stringify(await run)).not.toMatch(/canary|u0063/);
  });

  test('a file without a secret in it is kept as it is', async () => {
    const text = '{ "n": 1.50, "big": 12345678901234567890 }';
    expect((await writing('canary', text)).kept).toBe(text);
  });

  test('its output and its values are judged before secrets are taken out', async () => {
    const { outputs } = await writing(
      'true',
      '{"state":"true"}',
      { expectStdout: '^ready: true\\b' },
      'it.values.state == "true"',
    );
    expect(outputs).toMatchObject({ stdoutTail: 'ready: [redacted]\n', values: { state: '[redacted]' } });
  });
});
