import { expect, test } from '@jest/globals';
import { refuseBareCredentials } from '../../../client/go-live/bare-credentials.js';
import { CliError } from '../../../client/errors.js';
import type { JsonObject } from '../../../model/json.js';

// Put together here, so that nobody who looks through this repository finds them.
const token = ['ghp', 'aB3'.repeat(13)].join('_');
const address = ['postgres://app', 's3cretpw@db:5432/x'].join(':');

const told = (inputs: JsonObject, variables: JsonObject = {}, names?: string[]): Promise<string> =>
  refuseBareCredentials({ inputs, target: { id: 't', variables } }, names).then(
    () => '',
    (error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      expect(error.options.exitCode).toBe(2);
      expect([error.message, error.options.where, error.options.hint].join('\n')).not.toMatch(/ghp_|s3cret/);
      return error.message;
    },
  );

test('each input that holds one is named, also within lists and maps; the value is not told', async () => {
  expect(await told({ a: token, b: 'plain', c: ['run', '--token', token], d: { of: { it: address } } })).toMatch(
    /^The input 'a', the input 'c', the input 'd': /,
  );
  expect(await told({ awsSecretKey: 'abcd'.repeat(10) })).toMatch(/^The input 'awsSecretKey': /);
});

test('a variable of the target is one that golive.yaml holds', async () => {
  expect(await told({}, { db: address, region: 'eu-1' })).toMatch(/^The variable 'db' of the target: /);
});

test('what is none, or given by reference, is taken', async () => {
  expect(
    await told({
      sha: '0123456789abcdef0123456789abcdef01234567',
      url: 'https://api.example.com:8443/x?y=1',
      password: { env: 'DB_PASSWORD' },
      tokenFile: '/run/secrets/token',
      count: 3,
    }),
  ).toBe('');
});

test('of named inputs only these are looked at: a lab may give what it made up', async () => {
  expect(await told({ given: 'x', lab: token }, { db: address }, ['given'])).toBe('');
  expect(await told({ given: token, lab: token }, {}, ['given', 'not-there'])).toMatch(/^The input 'given': /);
});
