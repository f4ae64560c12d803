import { join } from 'node:path';
import { RELEASE_PAGES } from '../../model/evidence/own-files.js';
import { certificateOf } from '../../model/judge/certificate.js';
import { isJsonObject, type Json } from '../../model/json.js';
import type { Certified } from '../report/certificate/certificate.js';
import { sha256 } from '../hash.js';
import { certificatePages } from '../report/certificate/all-pages.js';
import type { Bag } from './bag.js';
import type { Findings } from './finding.js';
import { MOST, readAtMost } from './read.js';
import type { Record } from './record.js';
import { strictJson, strictText } from './strict.js';

/**
 * Judges level and gates of the certificate again, from the gates and decisions that stand by then: one that says another
 * level, another commit or another state of a gate than its own go-live gives is found, and so is one that is not there.
 */
export async function checkCertificate(
  { root, payload }: Bag,
  { plan, state }: Record,
  findings: Findings,
): Promise<void> {
  const certified = plan.evidence.certificate;
  const [json, page] = [`data/${RELEASE_PAGES.certificateJson}`, `data/${RELEASE_PAGES.certificate}`];
  if (!certified) {
    // Nobody planned one: whoever put it there certifies without gates.
    for (const path of [json, page]) {
      if (payload.has(path)) findings.add('policy', path, 'is a certificate, and the runbook asks for none');
    }
    return;
  }
  await findings.group('the certificate: its level and gates, judged again', async () => {
    const due = certificateOf(state, certified);
    if (!payload.has(json)) {
      findings.add('policy', json, 'is not there, and the runbook asks for a certificate');
      return { count: 0 };
    }
    const written = findings.reading(json, () => strictText(readAtMost(join(root, json), MOST.raw)));
    const said = written?.endsWith('\n') ? strictJson(written.slice(0, -1), 2) : undefined;
    if (said === undefined || !isJsonObject(said)) {
      findings.add('policy', json, 'is no certificate');
      return { count: 0 };
    }
    const differ = (what: string, is: Json | undefined, wanted: Json | undefined): void => {
      if (is !== wanted)
        findings.add('policy', json, `says ${what} ${text(is)}, and its go-live gives ${text(wanted)}`);
    };
    differ('the level', said.level, due.level);
    differ('the commit', said.commit, due.commit);
    differ('the go-live', said.goLive, state.id);
    differ('the mode', said.mode, state.mode);
    const gates = Array.isArray(said.gates) ? said.gates.filter((gate) => isJsonObject(gate)) : [];
    if (gates.length !== due.gates.length) differ('a number of gates of', gates.length, due.gates.length);
    for (const { id, standing } of due.gates) {
      differ(`that ${id} is`, gates.find((gate) => gate.id === id)?.standing, standing);
    }
    await checkPages({ payload }, { id: String(said.id), certificate: due, plan: certified, state }, findings);
    const named = new Set([...Object.values(RELEASE_PAGES), ...plan.evidence.include.map(({ file }) => file)]);
    for (const path of payload.keys()) {
      if (path.startsWith('data/release/') && !named.has(path.slice('data/'.length)))
        findings.add('policy', path, 'lies beside the certificate, and the runbook does not name it');
    }
    return { count: due.gates.length + 1, note: due.level };
  });
}

/** Each page again, from state and plan: what says more, or less, is not what this go-live gives. */
async function checkPages({ payload }: Pick<Bag, 'payload'>, one: Certified, findings: Findings) {
  for (const [file, content] of await certificatePages(one)) {
    const path = `data/${file}`;
    if (!payload.has(path)) {
      findings.add('policy', path, 'is not there, and the runbook asks for a certificate');
    } else if (payload.get(path) !== sha256(content)) {
      findings.add('policy', path, 'is not the page that its go-live gives, as this version of golive writes it');
    }
  }
}

const text = (value: Json | undefined): string => (value === undefined ? 'none' : JSON.stringify(value));
