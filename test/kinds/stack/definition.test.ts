import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readStack, readStackToStart } from '../../../kinds/stack/definition.js';
import { temporaryFolder } from '../../kits/step-run.js';

function stackOf(environment: string, more = '', envFile?: string | Buffer): string {
  const folder = join(temporaryFolder(), 'st');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'stack.yaml'),
    `name: s\n${more}services:\n  a:\n    command: [x]\n    environment:\n${environment}`,
  );
  if (envFile !== undefined) writeFileSync(join(folder, '.env'), envFile);
  return folder;
}
const environmentOf = (folder: string) => readStackToStart(folder).services.get('a')?.environment;

describe('variables of a service', () => {
  test.each([
    ['0123', '0123'],
    ['1e3', '1e3'],
    ['1.10', '1.10'],
    ['0x1F', '0x1F'],
    ['0o17', '0o17'],
    ['12345678901234567890', '12345678901234567890'],
    ['.5', '.5'],
    ['.inf', '.inf'],
    ['-0', '-0'],
    ['yes', 'yes'],
    ['no', 'no'],
    ['True', 'True'],
    ['false', 'false'],
    ['2026-01-01', '2026-01-01'],
    ['12:30:45', '12:30:45'],
    ['1_000', '1_000'],
    ['"0123"', '0123'],
    ["''", ''],
    ['!!str 08', '08'],
  ])('%s is the text that is written: %j', (written, text) => {
    expect(environmentOf(stackOf(`      V: ${written}\n`))).toEqual({ V: text });
    expect(environmentOf(stackOf(`      U: &one ${written}\n      V: *one\n`))).toEqual({ U: text, V: text });
  });
  test.each(['', '~', 'null', '[1]', '{ a: 1 }'])('%j is no text', (written) => {
    expect(() => environmentOf(stackOf(`      V: ${written}\n`))).toThrow(
      'services.a.environment.V: write its value as text, or "" for none',
    );
  });
});

describe('the environment file of a stack', () => {
  test('its values are laid over those of the services, a mark at its beginning is none', () => {
    const folder = stackOf('      A: own\n      B: own\n', 'envFile: .env\n', '\uFEFFA=1\r\nC="x y" # c\r\n');
    expect(environmentOf(folder)).toEqual({ A: '1', B: 'own', C: 'x y' });
  });
  test('one that is named and not there is an error, and not empty; to look and to stop it is not needed', () => {
    const folder = stackOf('      A: own\n', 'envFile: .env\n', 'A=1\n');
    rmSync(join(folder, '.env'));
    expect(() => environmentOf(folder)).toThrow('The environment file of the stack is not there');
    expect([...readStack(folder).services.keys()]).toEqual(['a']);
  });
  test('one that is not required may be absent, and counts where it is there', () => {
    const said = 'envFile: { path: .env, required: false }\n';
    const folder = stackOf('      A: own\n', said, 'A=1\n');
    expect(environmentOf(folder)).toEqual({ A: '1' });
    rmSync(join(folder, '.env'));
    expect(environmentOf(folder)).toEqual({ A: 'own' });
  });
  test('one of another encoding is an error', () => {
    const folder = stackOf('      A: own\n', 'envFile: .env\n', Buffer.from('\uFEFFA=1\n', 'utf16le'));
    expect(() => environmentOf(folder)).toThrow('is not UTF-8 text: it is UTF-16');
  });
});
