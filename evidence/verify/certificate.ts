import { join } from 'node:path';
import { RELEASE_PAGES } from '../../model/evidence/own-files.js';
import { NONE_COUNTED } from '../../model/evidence/earlier.js';
import { type Certificate, certificateOf, levelWords } from '../../model/judge/certificate.js';
import type { Recomputed } from '../../model/judge/recompute.js';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import type { CertificatePlan } from '../../model/plan/certificate-plan.js';
import type { Plan } from '../../model/plan/plan.js';
import { CERTIFICATE_VERSION, type Certified } from '../report/certificate/certificate.js';
import { cell } from '../../model/state/board.js';
import { sha256 } from '../hash.js';
import { certificatePages } from '../report/certificate/all-pages.js';
import type { Bag } from './bag.js';
import { countedHere } from './counted.js';
import type { Findings } from './finding.js';
import { MOST, readAtMost } from './read.js';
import type { Record } from './record.js';
import { strictJson, strictText } from './strict.js';

const JSON_PAGE = `data/${RELEASE_PAGES.certificateJson}`;
const MD_PAGE = `data/${RELEASE_PAGES.certificate}`;

/**
 * Judges level and gates of the certificate again, from the gates and decisions that stand by then: one that says another
 * level, another commit or another state of a gate than its own go-live gives is found, and so is one that is not there.
 */
export async function checkCertificate(
  bag: Bag,
  record: Record,
  again: Recomputed,
  trusted: readonly string[],
  findings: Findings,
): Promise<void> {
  const { payload } = bag;
  const { plan, state } = record;
  const certified = plan.evidence.certificate;
  if (!certified) {
    // Nobody planned one: whoever put it there certifies without gates.
    for (const path of [JSON_PAGE, MD_PAGE]) {
      if (payload.has(path)) findings.add('policy', path, 'is a certificate, and the runbook asks for none');
    }
    return;
  }
  await findings.group('the certificate: its level and gates, judged again', async () => {
    checkBeside(bag, plan, findings);
    if (!isPlanned(certified)) {
      findings.add('policy', 'data/plan.json', 'asks for a certificate, and does not say by what it is judged');
      return { count: 0 };
    }
    const earlier =
      certified.earlier === undefined ? NONE_COUNTED : countedHere(bag, certified.earlier, again, trusted, findings);
    const due = certificateOf(state, certified, earlier);
    if (!payload.has(JSON_PAGE)) {
      findings.add('policy', JSON_PAGE, 'is not there, and the runbook asks for a certificate');
      return { count: 0 };
    }
    const said = readSaid(bag, findings);
    if (said === undefined) return { count: 0 };
    compare(said, due, record, findings);
    const one: Certified = {
      id: String(said.id),
      certificate: due,
      plan: certified,
      state,
      earlier,
      include: plan.evidence.include,
    };
    if (said.certificateVersion === CERTIFICATE_VERSION) await checkPages(bag, one, findings);
    else checkEarlierPages(bag, one, findings);
    return { count: due.gates.length + 1, note: due.level };
  });
}

/** As much of its shape as is used: a key holder may seal any JSON. */
function isPlanned({ levels, gates, risks, handOver, name, commit }: CertificatePlan): boolean {
  const lists: unknown[] = [levels, gates, risks, handOver];
  return lists.every(Array.isArray) && levels.length > 0 && [name, commit].every((one) => typeof one === 'string');
}

function readSaid({ root }: Bag, findings: Findings): JsonObject | undefined {
  const written = findings.reading(JSON_PAGE, () => strictText(readAtMost(join(root, JSON_PAGE), MOST.raw)));
  const said = written?.endsWith('\n') ? strictJson(written.slice(0, -1), 2) : undefined;
  if (isJsonObject(said)) return said;
  findings.add('policy', JSON_PAGE, 'is no certificate');
  return undefined;
}

function compare(said: JsonObject, due: Certificate, { plan, state }: Record, findings: Findings): void {
  const wrong = (what: string): void => findings.add('policy', JSON_PAGE, what);
  const differ = (what: string, is: Json | undefined, wanted: Json | undefined): void => {
    if (is !== wanted) wrong(`says ${what} ${text(is)}, and its go-live gives ${text(wanted)}`);
  };
  differ('the level', said.level, due.level);
  differ('the commit', said.commit, due.commit);
  differ('the go-live', said.goLive, state.id);
  differ('the mode', said.mode, state.mode);
  const name = plan.evidence.certificate?.name ?? '';
  const date = (state.endedAt ?? state.startedAt).slice(0, 10);
  const begin = `${state.target}-${name}-${date}-`;
  const { id } = said;
  if (typeof id !== 'string' || !id.startsWith(begin) || !/^\d{3,9}$/.test(id.slice(begin.length)))
    wrong(`has the id ${text(id)}, and its go-live gives ${begin}nnn`);
  const { certificateVersion: version } = said;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    wrong(`is of version ${text(version)}, and there is no such one`);
  else if (version > CERTIFICATE_VERSION)
    wrong(`is of version ${version}, and this golive knows ${CERTIFICATE_VERSION}: verify it with a later one`);
  const gates = Array.isArray(said.gates) ? said.gates.filter((gate) => isJsonObject(gate)) : [];
  if (gates.length !== due.gates.length) differ('a number of gates of', gates.length, due.gates.length);
  for (const { id: gate, standing } of due.gates) {
    differ(`that ${gate} is`, gates.find((one) => one.id === gate)?.standing, standing);
  }
}

/** What lies beside the certificate is named by the runbook. */
function checkBeside({ payload }: Bag, { evidence }: Plan, findings: Findings): void {
  const pages: string[] = Object.values(RELEASE_PAGES);
  const named = new Set([...pages, ...evidence.include.map(({ file }) => file)]);
  for (const path of payload.keys()) {
    if (path.startsWith('data/release/') && !named.has(path.slice('data/'.length)))
      findings.add('policy', path, 'lies beside the certificate, and the runbook does not name it');
  }
}

/** Each page again, from state and plan: what says more, or less, is not what this go-live gives. */
async function checkPages({ payload }: Pick<Bag, 'payload'>, one: Certified, findings: Findings): Promise<void> {
  for (const [file, content] of await certificatePages(one)) {
    const path = `data/${file}`;
    if (!payload.has(path)) findings.add('policy', path, NOT_THERE);
    else if (payload.get(path) !== sha256(content))
      findings.add('policy', path, 'is not the page that its go-live gives, as this version of golive writes it');
  }
}

const NOT_THERE = 'is not there, and the runbook asks for a certificate';

/** Pages that another version of golive wrote in other words: they are there, and their headings say id and level. */
function checkEarlierPages({ root, payload }: Bag, { id, certificate }: Certified, findings: Findings): void {
  const pages: string[] = Object.values(RELEASE_PAGES);
  for (const page of pages) if (!payload.has(`data/${page}`)) findings.add('policy', `data/${page}`, NOT_THERE);
  findings.leave(
    pages.length - 1,
    'pages of the certificate',
    'another version of golive wrote them; its JSON is judged',
  );
  if (!payload.has(MD_PAGE)) return;
  const written = findings.reading(MD_PAGE, () => strictText(readAtMost(join(root, MD_PAGE), MOST.raw)));
  const begin = `# ${cell(id)}\n\n## ${cell(levelWords(certificate))}\n`;
  if (written !== undefined && !written.startsWith(begin))
    findings.add('policy', MD_PAGE, `does not begin with ${text(id)} and ${text(levelWords(certificate))}`);
}

const text = (value: Json | undefined): string => (value === undefined ? 'none' : JSON.stringify(value));
