import { describe, expect, test } from '@jest/globals';
import type { SecretRef } from '../../../activities/step/step.js';
import type { Engine } from '../../../kinds/sql/connection-fields.js';
import { connectionProblem, reachedBy } from '../../../kinds/sql/connection-fields.js';
import { type Connection, placeOf, sqlAddress } from '../../../kinds/sql/place.js';

describe('an address', () => {
  test.each<[string, Engine, object]>([
    ['postgres://u:p@h/d', 'postgres', { host: 'h', port: 5432, user: 'u', password: 'p', database: 'd' }],
    ['postgresql://u:p%40%3A%2F@h:6000/d%20e', 'postgres', { port: 6000, password: 'p@:/', database: 'd e' }],
    ['postgres://h', 'postgres', { host: 'h', port: 5432 }],
    ['postgres://u@h:80/d', 'postgres', { port: 80, user: 'u' }],
    ['postgres://u:p:q@[::1]:1/d', 'postgres', { host: '::1', port: 1, password: 'p:q' }],
    ['mariadb://u:p@H.Example/d', 'mysql', { engine: 'mysql', host: 'h.example', port: 3306 }],
    ['mysql://u:p@0x7f.1/d?sslmode=disable', 'mysql', { host: '127.0.0.1', sslmode: 'disable' }],
  ])('%s', (url, engine, address) => {
    expect(sqlAddress(url, engine)).toMatchObject(address);
  });

  test.each<[string, Engine, string]>([
    ['mysql://u:canary@h/d', 'postgres', 'is one of MySQL'],
    ['http://u:canary@h/d', 'postgres', 'is none'],
    ['u:canary@h/d', 'postgres', 'is none'],
    ['postgres:///d', 'postgres', 'is none'],
    ['postgres://u:can%ary@h/d', 'postgres', 'a % that is no escape'],
    ['postgres://u:canary@h/d?host=/tmp', 'postgres', 'has options other than sslmode'],
    ['postgres://u:canary@h/d?sslmode=require&options=-c', 'postgres', 'has options other than sslmode'],
    ['postgres://u:can?ary@h/d', 'postgres', 'is none'],
  ])('%s for %s is refused, and nothing of it told', (url, engine, why) => {
    expect(() => sqlAddress(url, engine)).toThrow(why);
    expect(() => sqlAddress(url, engine)).not.toThrow(/canary|@h/);
  });
});

describe('TLS', () => {
  const ways = {
    secret: (ref: SecretRef) => Promise.resolve('env' in ref ? ref.env : ''),
    path: (path: string) => path,
  };
  const place = (input: Partial<Connection>) =>
    placeOf({ engine: 'postgres', timeout: 1, ...input }, ways, new Date(0));
  test.each<[Partial<Connection>, boolean]>([
    [{ host: 'db' }, true],
    [{ host: 'db', tls: 'off' }, false],
    [{ host: 'db', tls: {} }, true],
    [{ host: '10.0.0.7' }, true],
    [{ host: 'localhost' }, false],
    [{ host: '127.9.9.9' }, false],
    [{ host: '::1' }, false],
    [{ host: '127.0.0.1.example' }, true],
    [{ host: 'localhost', tls: {} }, true],
    [{ url: { env: 'postgres://db/d?sslmode=disable' } }, false],
    [{ url: { env: 'postgres://db/d?sslmode=prefer' } }, true],
    [{ url: { env: 'postgres://localhost/d?sslmode=require' } }, true],
    [{ url: { env: 'postgres://db/d?sslmode=disable' }, tls: {} }, true],
    [{ url: { env: 'postgres://db/d?sslmode=require' }, tls: 'off' }, false],
  ])('of %j is used: %p', async (input, used) => {
    expect((await place(input)).tls !== undefined).toBe(used);
  });

  test('of MySQL by an address is refused: its client checks no address', async () => {
    await expect(place({ engine: 'mysql', host: '10.0.0.7' })).rejects.toThrow('whose certificate cannot be checked');
  });
});

test('what is reached is told by host and port, unless a secret says it', () => {
  expect(reachedBy({ engine: 'postgres', host: 'db' })).toBe('postgres://db:5432');
  expect(reachedBy({ engine: 'mysql', host: '::1', port: 7 })).toBe('mysql://[::1]:7');
  expect(reachedBy({ engine: 'mysql', host: '${{ inputs.host }}' })).toBe('mysql://${{ inputs.host }}:3306');
  expect(reachedBy({ engine: 'mysql' })).toBeUndefined();
});

test('an address, or its parts', () => {
  expect(connectionProblem({})).toContain('say `url`, or `host`');
  expect(connectionProblem({ url: {}, host: 'h', user: 'u' })).toContain('leave host, user out');
  expect(connectionProblem({ url: {} })).toBeUndefined();
  expect(connectionProblem({ host: 'h', user: 'u' })).toBeUndefined();
});
