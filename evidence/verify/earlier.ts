import { isDeepStrictEqual } from 'node:util';
import {
  type Counted,
  type CountedPhase,
  type EarlierBundle,
  type EarlierFile,
  earlierName,
} from '../../model/evidence/earlier.js';
import { fallsOf, takenBackBy } from '../../model/evidence/falls.js';
import { FIRST_TAGS } from '../../model/evidence/first.js';
import { type LoggedEvent, readEvent } from '../../model/evidence/logged-event.js';
import { formatManifest, MANIFEST, parseManifest, TAG_MANIFEST } from '../../model/evidence/manifest.js';
import { isBegun, isGoLiveState } from '../../model/evidence/records.js';
import { type JudgedAttempt, recompute } from '../../model/judge/recompute.js';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { readAddress } from '../../model/plan/address.js';
import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import { sha256 } from '../hash.js';
import { emptyBag } from './bag.js';
import { Findings } from './finding.js';
import { checkSeal } from './seal.js';
import { strictJson, strictText } from './strict.js';

/** What must be so for phases of an earlier go-live to count. */
export interface Ask {
  changes: readonly string[];
  commit: string;
  /** `<phase>.<step>` of the steps that read the code there, each of which gave this commit and a clean tree. */
  code: readonly string[];
  /** Inputs that choose what is executed, and change nothing of what a phase does. */
  gates: readonly string[];
  mayDiffer: readonly string[];
  /** Milliseconds before `at` within which it ended. */
  within: number;
  /** When this go-live began, ISO 8601. */
  at: string;
}

/** What it is held against. */
export interface Own {
  plan: Plan;
  /** Fingerprint of the key that must have sealed it. */
  key: string;
  /** What a verification of each whole bundle found first, where it found something. */
  found: readonly (string | null)[];
  /** The change that took each back, begun or ended; not there in what older versions kept. */
  takenBack?: readonly (string | null)[] | undefined;
}

/** Content of a kept file of the earlier go-live of this place in the list; undefined where it is not there. */
export type ReadKept = (name: string) => Buffer | undefined;

interface Whole {
  plan: Plan;
  state: GoLiveState;
  events: LoggedEvent[];
  digest: string;
  endedAt: string;
}

/**
 * Says which phases of earlier go-lives count in this one, from what was kept of their bundles alone: the seal is by the
 * same key, commit, tree, runbook and inputs are the same, and every gate of the phase is GO when it is judged again
 * from that one's log. Where several executed a phase, the last one that did decides.
 */
export async function judgeEarlier(ask: Ask, own: Own, read: ReadKept): Promise<Counted> {
  const bundles: EarlierBundle[] = [];
  const wholes: { bundle: EarlierBundle; whole: Whole }[] = [];
  for (const [index, change] of ask.changes.entries()) {
    const bundle: EarlierBundle = { change, phases: [], why: [] };
    bundles.push(bundle);
    const whole = await readWhole(own, (path) => read(earlierName(index, path)));
    if (typeof whole === 'string') {
      bundle.why.push(whole);
      continue;
    }
    Object.assign(bundle, { goLive: whole.state.id, digest: whole.digest, endedAt: whole.endedAt });
    const found = own.found[index];
    if (typeof found === 'string') bundle.why.push(`Its bundle does not verify: ${found}`);
    for (const why of differences(ask, own, change, whole)) bundle.why.push(why);
    const by = own.takenBack?.[index];
    if (typeof by === 'string') bundle.why.push(`It was taken back by ${by}.`);
    if (bundle.why.length === 0) wholes.push({ bundle, whole });
  }
  const last = wholes.toSorted((a, b) => (a.whole.endedAt < b.whole.endedAt ? 1 : -1));
  // No other phase can be left out here.
  const phases = own.plan.phases.flatMap(({ id, when }) => (when === undefined ? [] : phaseOf(id, last)));
  return { bundles, phases };
}

async function readWhole(own: Own, read: (path: EarlierFile) => Buffer | undefined): Promise<Whole | string> {
  if (read(TAG_MANIFEST) === undefined) return 'There is no closed bundle of it beside this one.';
  const bag = emptyBag('');
  for (const path of FIRST_TAGS) {
    const bytes = read(path);
    if (bytes === undefined) continue;
    bag.tags.set(path, sha256(bytes));
    if (path !== MANIFEST) bag.small.set(path, bytes);
  }
  const tags = [...bag.tags].filter(([path]) => path !== TAG_MANIFEST);
  const listed = formatManifest(tags.map(([path, hash]) => ({ path, sha256: hash })));
  if (bag.small.get(TAG_MANIFEST)?.toString('utf8') !== listed)
    return 'Its tag manifest does not list its tag files as they are.';
  const findings = new Findings();
  const seal = await checkSeal(bag, [own.key], findings);
  if (seal === undefined) {
    const [first] = findings.list;
    return first ? `Its seal does not hold: ${first.item} ${first.message}.` : 'It has no seal.';
  }
  const manifest = parseManifest(read(MANIFEST)?.toString('utf8') ?? '');
  const hashes = new Map('entries' in manifest ? manifest.entries.map((one) => [one.path, one.sha256]) : []);
  const listedBytes = (path: EarlierFile): Buffer | undefined => {
    const bytes = read(path);
    return bytes !== undefined && hashes.get(path) === sha256(bytes) ? bytes : undefined;
  };
  const record = (path: EarlierFile): Json | undefined => {
    const bytes = listedBytes(path);
    const text = bytes && strictText(bytes);
    return text?.endsWith('\n') ? strictJson(text.slice(0, -1), 2) : undefined;
  };
  const [begun, state]: unknown[] = [record('data/plan.json'), record('data/state.json')];
  const events = eventsIn(listedBytes('data/events.jsonl'));
  if (!isBegun(begun) || !isGoLiveState(state) || events === undefined)
    return 'Plan, state or event log are not those of its manifest.';
  if (
    sha256(canonicalJson(begun.plan)) !== seal.plan ||
    seal.goLive !== state.id ||
    seal.endedAt !== (state.endedAt ?? '')
  )
    return 'Its seal is of another plan or state.';
  return { plan: begun.plan, state, events, digest: bag.tags.get(TAG_MANIFEST) ?? '', endedAt: seal.endedAt };
}

function eventsIn(bytes: Buffer | undefined): LoggedEvent[] | undefined {
  const text = bytes && strictText(bytes);
  if (!text?.endsWith('\n')) return undefined;
  const values = text
    .slice(0, -1)
    .split('\n')
    .map((line) => strictJson(line));
  return values.every(isJsonObject) ? values.map((value, index) => readEvent(index, value)) : undefined;
}

/** Parts of a plan that decide what a phase does and how it is judged; people and roles do not. */
const SAME = ['target', 'mode', 'timeScale', 'baseDir', 'network', 'commands', 'folders', 'files', 'phases'] as const;
const SAME_WORDS: Partial<Record<(typeof SAME)[number], string>> = {
  mode: 'It was not of the same mode: a rehearsal counts for no live go-live.',
  files: 'Files that its commands use were others.',
};

function differences(ask: Ask, own: Own, change: string, { plan, state, events, endedAt }: Whole): string[] {
  const why: string[] = [];
  if (state.id !== `${own.plan.target.id}/${change}`) why.push(`It is of ${state.id}.`);
  if (state.id === own.plan.goLiveId) why.push('It is this go-live itself.');
  if (plan.runbook.id !== own.plan.runbook.id || plan.runbook.sha256 !== own.plan.runbook.sha256)
    why.push('It was of another runbook.');
  for (const name of SAME)
    if (!isDeepStrictEqual(plan[name], own.plan[name])) why.push(SAME_WORDS[name] ?? `Its plan had another ${name}.`);
  const names = new Set([...Object.keys(plan.inputs), ...Object.keys(own.plan.inputs)]);
  const others = [...names].filter(
    (name) => !ask.mayDiffer.includes(name) && !isDeepStrictEqual(plan.inputs[name], own.plan.inputs[name]),
  );
  if (others.length > 0) why.push(`It had other inputs: ${others.toSorted().join(', ')}.`);
  const [ended, at] = [Date.parse(endedAt), Date.parse(ask.at)];
  if (!(ended <= at)) why.push('It had not ended when this one began.');
  else if (at - ended > ask.within) why.push(`It ended on ${endedAt.slice(0, 10)}, which is too long ago.`);
  const { attempts } = recompute(plan, state.startedAt, events);
  for (const problem of ask.code.flatMap((address) => codeProblems(ask, address, attempts))) why.push(problem);
  for (const address of ask.gates) if (!wasGo(address, attempts)) why.push(`Its gate ${address} was not GO.`);
  return why;
}

function wasGo(address: string, attempts: readonly JudgedAttempt[]): boolean {
  const { phase, part } = readAddress(address);
  const judged = attempts.findLast((one) => one.phase === phase);
  return judged?.gates.find(({ id }) => id === part)?.verdict === 'go';
}

function codeProblems({ commit }: Ask, address: string, attempts: readonly JudgedAttempt[]): string[] {
  const { phase, part = '' } = readAddress(address);
  const read: JsonObject | undefined = attempts.findLast((one) => one.phase === phase)?.steps[part];
  if (read === undefined) return [`Its step ${address} did not say what the code was.`];
  const why: string[] = [];
  if (read.commit !== commit)
    why.push(`It was of another commit: ${address} read ${String(read.commit).slice(0, 12)}.`);
  if (read.clean !== true) why.push(`The work tree was not as committed: ${address}.`);
  return why;
}

/** What the last go-live that executed a phase says of it. */
function phaseOf(id: string, last: readonly { bundle: EarlierBundle; whole: Whole }[]): CountedPhase[] {
  for (const { bundle, whole } of last) {
    const { plan, state, events, digest, endedAt } = whole;
    const phase = state.phases.find((one) => one.id === id);
    const judged = recompute(plan, state.startedAt, events).attempts.findLast((one) => one.phase === id);
    if (!phase || !judged) continue;
    const fell = phase.takenBackBy ?? takenBackBy(phase, fallsOf(plan, events), events);
    const open = judged.gates.find(({ verdict }) => verdict !== 'go');
    const why =
      fell !== undefined
        ? `it was taken back by ${fell}`
        : phase.status !== 'passed' || judged.attempt !== phase.attempt
          ? 'it did not pass'
          : open && `${open.title} was not GO`;
    if (why !== undefined) {
      bundle.why.push(`${phase.title} does not count: ${why}.`);
      return [];
    }
    bundle.phases.push(id);
    return [{ id, goLive: state.id, digest, endedAt, gates: judged.gates }];
  }
  return [];
}
