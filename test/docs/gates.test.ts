import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { FAULTS as AGENT } from '../../lab/agent/faults.js';
import { FAULTS as GATEWAY } from '../../lab/gateway/faults.js';
import { FAULTS as LC } from '../../lab/lc/faults.js';
import { BURST_FAULTS as BURST, FAULTS as PROMOTION } from '../../lab/promotion/faults.js';
import { FAULTS as TARIFF } from '../../lab/tariff/faults.js';
import { type Runbook, runbookSchema } from '../../model/schema/format/runbook.js';
import { pageText } from '../kits/doc-blocks.js';

const root = new URL('../../', import.meta.url).pathname;
const LABS = {
  'lcopilot-day3': LC,
  'battle-tested': GATEWAY,
  'unattended-operations': AGENT,
  'hardening-certification': TARIFF,
  'promotion-daily': PROMOTION,
  'promotion-burst': BURST,
};
const page = pageText('docs/gates.md');

interface Row {
  gate: string;
  fault: string;
  why: string;
}

function rowsOf(name: string): Row[] {
  const text = page.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...text.matchAll(/^\| `([^`]+)` \| (?:`([^`]+)`)? ?\| (.*?) ?\|$/gm)].map(
    ([, gate = '', fault = '', why = '']) => ({ gate, fault, why }),
  );
}

/** Hard gates as the runbook writes them: one that `each` spreads over runs is one gate. */
function gatesOf({ phases }: Runbook): Map<string, { title: string; phase: string }> {
  const all = phases.flatMap((phase) =>
    (phase.gates ?? [])
      .flatMap((node) => ('each' in node ? node.gates : [node]))
      .filter(({ hard }) => hard !== false)
      .map(({ id, title = id }) => [`${phase.id}.${id}`, { title, phase: phase.id }] as const),
  );
  return new Map(all);
}

describe.each(Object.entries(LABS))('docs/gates.md, %s', (name, lab) => {
  const runbook = runbookSchema.parse(parse(readFileSync(join(root, 'runbooks', `${name}.yaml`), 'utf8')));
  const faults = runbook.rehearsal?.faults ?? [];

  test('it has every hard gate once, and no others', () => {
    expect(rowsOf(name).map(({ gate }) => gate)).toEqual([...gatesOf(runbook).keys()]);
  });

  test('each has a fault that fails its phase with its own words, or says why there is none', () => {
    for (const { gate, fault, why } of rowsOf(name)) {
      if (fault === '') {
        expect([gate, why.length > 20]).toEqual([gate, true]);
        continue;
      }
      const { title = '', phase } = gatesOf(runbook).get(gate) ?? {};
      const { sentence = '', ...expected } = faults.find(({ id }) => id === fault)?.expect ?? {};
      expect([gate, expected]).toEqual([gate, expect.objectContaining({ phase, verdict: 'no-go' })]);
      const [said, called] = [sentence.toLowerCase(), title.toLowerCase()];
      const ofGate = called.includes(said) || said.startsWith(called);
      expect([gate, said, ofGate && said !== '']).toEqual([gate, said, true]);
    }
  });

  test('what it says of faults is of faults that are there, and the lab has those of the runbook', () => {
    const ids = faults.map(({ id }) => id).toSorted();
    expect(lab.map(({ id }) => id).toSorted()).toEqual(ids);
    const named = rowsOf(name).flatMap(({ why }) => [...why.matchAll(/`([a-z0-9]+(?:-[a-z0-9]+)+)`/g)]);
    const steps = runbook.phases.map(({ id }) => id);
    for (const [, word = ''] of named) expect([...ids, ...steps]).toContain(word);
  });
});
