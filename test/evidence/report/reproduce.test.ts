import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { NO_EXTRAS } from '../../../evidence/report/extras.js';
import { collectInput } from '../../../client/terminal/options.js';
import type { JsonObject } from '../../../model/json.js';
import { againCommands, reproduceText } from '../../../evidence/report/reproduce.js';
import { goState } from '../../kits/state-fixture.js';

test.each<[string, string | undefined, string]>([
  ['every undo that stood', undefined, 'golive rollback shop --change c1'],
  ['by a rollback', 'R1', 'golive rollback shop R1 --change c1'],
])('what took a go-live back is done again by the same verb, not by a start: %s', (_what, rollback, command) => {
  const takesBack = { goLive: 'shop/c1', bundle: 'ab12', ...(rollback === undefined ? {} : { rollback }) };
  const state = { ...goState(), target: 'shop', change: 'c1-rollback-1', takesBack };
  expect(againCommands(state, NO_EXTRAS)).toEqual([
    'sha256sum data/first/tagmanifest-sha256.txt   # must print ab12',
    `${command}   # refused where nothing of it stands`,
  ]);
  const text = reproduceText(state, NO_EXTRAS);
  expect(text).toContain(`    ${command}`);
  expect(text).toContain('has no inputs of its own');
  expect(text).not.toMatch(/golive start|runbook as it was executed|every input|figure of the gates/);
});

test('why it was taken back is said again', () => {
  const takesBack = { goLive: 'shop/c1', bundle: 'ab12', reason: 'it is slow' };
  const state = { ...goState(), target: 'shop', change: 'c1-rollback-1', takesBack };
  expect(againCommands(state, NO_EXTRAS)[1]).toContain("golive rollback shop --change c1 --reason 'it is slow'   #");
});

test('a bundle is named by its hash alone, whatever a state says', () => {
  const takesBack = { goLive: 'shop/c1', bundle: 'ab12\n$(x)' };
  const state = { ...goState(), target: 'shop', change: 'c1-rollback-1', takesBack };
  expect(againCommands(state, NO_EXTRAS)[0]).toBe('sha256sum data/first/tagmanifest-sha256.txt   # must print ab12');
});

test('what did something is done again by a start, with its inputs', () => {
  const text = reproduceText(goState(), { ...NO_EXTRAS, inputs: { inputs: { url: 'http://127.0.0.1:1' } } });
  expect(text).toMatch(/golive start [^]*--input url=http:\/\/127\.0\.0\.1:1/);
  expect(text).toMatch(/every input as it was settled\.[^]*Every figure of the gates/);
});

test('a duration is given again with its unit', () => {
  const inputs = { inputs: { look: 10_000, n: 10_000 }, durations: ['look'] };
  const text = againCommands(goState(), { ...NO_EXTRAS, inputs }).join('\n');
  expect(text).toContain('--input look=10s');
  expect(text).toContain('--input n:=10000');
});

test('a shell gives golive every input as it was', () => {
  const inputs = {
    id: '007',
    n: 7,
    text: `it's $HOME \\ "x" \u00e4`,
    odd: 'a\nb\u00ad',
    list: ["a'b", '*', 'c\t'],
    none: null,
  };
  const commands = againCommands(goState(), { ...NO_EXTRAS, inputs: { inputs } });
  const script = `golive() { for one in "$@"; do printf '%s\\n' "$one"; done; }\n${commands.at(-1) ?? ''}`;
  const words = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\n');
  const given = words.filter((_, at) => words[at - 1] === '--input');
  const again = given.reduce<JsonObject>((before, text) => collectInput(text, before), {});
  expect(again).toEqual({ ...inputs, list: JSON.stringify(inputs.list) });
});
