import { describe, expect, test } from '@jest/globals';
import { stepKinds } from '../../../../kinds/catalog.js';
import type { JsonObject } from '../../../../model/json.js';
import { secretRefsIn } from '../../../../model/schema/format/secret-refs.js';

const TOKEN = { env: 'TOKEN' };

describe('secrets of an input, by the schema of its kind', () => {
  test.each<[keyof typeof stepKinds, JsonObject, unknown[]]>([
    ['command.run', { argv: ['x'], env: { A: TOKEN, B: 'text' } }, [TOKEN]],
    ['command.run', { argv: ['x'], outputs: { file: 'out.json' } }, []],
    ['http.check', { url: 'http://x', headers: { Authorization: { file: 'token' } } }, [{ file: 'token' }]],
    ['redis.check', { url: TOKEN }, [TOKEN]],
    ['redis.check', { url: 'redis://x' }, []],
    ['cases.run', { token: TOKEN }, [TOKEN]],
    ['pr.prepare', { github: { repository: 'a/b', token: TOKEN } }, [TOKEN]],
    ['env.ensure', { file: '.env', set: { A: TOKEN } }, [TOKEN]],
    ['notify', { channel: 'webhook', url: TOKEN, hmac: { env: 'HMAC' } }, [TOKEN, { env: 'HMAC' }]],
    ['command.run', { argv: ['x'], env: { A: { env: 'no name' } } }, []],
  ])('%s %j', (kind, input, expected) => {
    expect(secretRefsIn(stepKinds[kind].input, input)).toEqual(expected);
  });
});
