import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makePlan, openRunbook } from '../../../client/runbook/load.js';
import { withPathsFrom } from '../../../client/runbook/path-inputs.js';
import { runbookSchema } from '../../../model/schema/format/runbook.js';
import { parse } from 'yaml';
import { temporaryFolder } from '../../kits/step-run.js';

const TEXT = `schema: 1
id: shop
title: Shop
roles: { sre: SRE }
inputs:
  config: { type: path, default: default.json }
  more: { type: paths, default: [] }
  name: { type: string, default: none }
phases:
  - id: look
    owner: sre
    gates: [{ id: ended, value: steps.read.exitCode, equals: 0 }]
    steps:
      - { id: read, uses: command.run, effect: none, with: { argv: [cat, "\${{ inputs.config }}"], pin: false } }
`;
const runbook = runbookSchema.parse(parse(TEXT));

describe('paths that are given start at the folder of who gives them', () => {
  test.each([
    [{ config: 'a.json' }, { config: '/srv/shop/here/a.json' }],
    [{ config: './a/../b.json' }, { config: '/srv/shop/here/b.json' }],
    [{ config: '.' }, { config: '/srv/shop/here' }],
    [{ config: '/x/a.json' }, { config: '/x/a.json' }],
    [{ more: ['a', '/b'] }, { more: ['/srv/shop/here/a', '/b'] }],
    [{ more: '["a","b"]' }, { more: ['/srv/shop/here/a', '/srv/shop/here/b'] }],
    [{ more: 'a' }, { more: ['/srv/shop/here/a'] }],
    [{ name: 'a.json' }, { name: 'a.json' }],
    [{ config: '' }, { config: '' }],
    [{ config: 5 }, { config: 5 }],
    [{ unknown: 'a.json' }, { unknown: 'a.json' }],
    [{ toString: 'a.json' }, { toString: 'a.json' }],
  ])('%j', (given, expected) => {
    expect(withPathsFrom(runbook, given, '/srv/shop/here')).toEqual(expected);
  });
});

describe('a plan', () => {
  const before = process.cwd();
  let folder = '';
  const planIn = async (inputs: Record<string, string>, target = 'shop') =>
    makePlan(await openRunbook(join(folder, 'books', 'shop.yaml')), {
      target,
      change: 'one',
      mode: 'rehearse',
      timeScale: 1,
      inputs,
      given: {},
    });
  beforeEach(() => {
    folder = temporaryFolder();
    for (const name of ['books', 'deep']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'books', 'shop.yaml'), TEXT);
    writeFileSync(
      join(folder, 'golive.yaml'),
      'targets: { shop: { inputs: { config: ours.json } }, other: { inputs: { conf: x } }, plain: {} }\n',
    );
    process.chdir(join(folder, 'deep'));
  });
  afterEach(() => process.chdir(before));

  test('takes those of golive.yaml from its folder, those of the command line from the working folder', async () => {
    expect((await planIn({})).inputs.config).toBe(join(folder, 'ours.json'));
    expect((await planIn({ config: 'mine.json' })).inputs.config).toBe(join(folder, 'deep', 'mine.json'));
    expect((await planIn({}, 'plain')).inputs.config).toBe('default.json');
  });
  test('says who gives an input that the runbook does not have', async () => {
    await expect(planIn({}, 'other')).rejects.toThrow(
      "There is no input 'conf'.  (golive.yaml gives it to the target other; Did you mean 'config'?)",
    );
  });
});
