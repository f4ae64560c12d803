import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configuredEndpoint, connect } from '../../../client/server/connection.js';
import { CliError } from '../../../client/errors.js';
import { randomPort } from '../../../client/server/ports.js';

const NAMES = ['ADDRESS', 'NAMESPACE', 'PROFILE', 'CONFIG_FILE', 'API_KEY', 'TLS'].map((name) => `TEMPORAL_${name}`);
const saved = new Map(NAMES.map((name) => [name, process.env[name]]));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'golive-connect-'));
  for (const name of NAMES) delete process.env[name];
  process.env['TEMPORAL_CONFIG_FILE'] = join(folder, 'temporal.toml');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, value] of saved) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

describe('which server', () => {
  test('none named: no endpoint, and connect says what to do', async () => {
    expect(configuredEndpoint()).toBeUndefined();
    const error = await connect({ stateDir: folder }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CliError);
    expect(error).toMatchObject({
      message: 'no Temporal server: run `golive up`, or set TEMPORAL_ADDRESS.',
      options: { exitCode: 2, where: folder },
    });
  });

  test('the environment wins over the profile, an option over both', () => {
    const toml = '[profile.default]\naddress = "a:1"\nnamespace = "n1"\n[profile.team]\naddress = "b:2"\n';
    writeFileSync(join(folder, 'temporal.toml'), toml);
    expect(configuredEndpoint()).toMatchObject({
      address: 'a:1',
      namespace: 'n1',
      source: 'profile default of temporal.toml',
    });
    expect(configuredEndpoint({ profile: 'team' })).toMatchObject({ address: 'b:2', namespace: 'default' });
    process.env['TEMPORAL_ADDRESS'] = 'c:3';
    process.env['TEMPORAL_NAMESPACE'] = 'n3';
    expect(configuredEndpoint()).toMatchObject({ address: 'c:3', namespace: 'n3', source: '$TEMPORAL_ADDRESS' });
    expect(configuredEndpoint({ address: 'd:4', namespace: 'n4' })).toMatchObject({
      address: 'd:4',
      namespace: 'n4',
      source: 'given',
    });
  });

  test('an API key turns TLS on', () => {
    process.env['TEMPORAL_ADDRESS'] = 'cloud:7233';
    process.env['TEMPORAL_API_KEY'] = 'k';
    expect(configuredEndpoint()?.options).toMatchObject({ apiKey: 'k', tls: true });
  });

  test('a profile that is not there is an error', () => {
    expect(() => configuredEndpoint({ profile: 'nowhere' })).toThrow(/Profile 'nowhere' not found/);
    writeFileSync(join(folder, 'temporal.toml'), '[profile.empty]\nnamespace = "n"\n');
    expect(() => configuredEndpoint({ profile: 'empty' })).toThrow(/has no address/);
  });

  test('an address where nothing listens is an error with the address, within seconds', async () => {
    const address = `127.0.0.1:${await randomPort()}`;
    await expect(connect({ address })).rejects.toMatchObject({
      message: expect.stringMatching(/^The Temporal server does not answer: /),
      options: { exitCode: 2, where: `${address} (given)` },
    });
  }, 20_000);
});
