import { z } from 'zod';
import { readable } from '../../model/text/readable.js';
import { baselineOf, type Finding, idOf } from '../security/findings.js';
import { globMatcher } from '../shared/glob.js';
import { exactJson, exactJsonInTurns } from '../shared/json.js';
import { refuseOlder } from '../shared/newer.js';
import { ReadingError } from '../shared/reading.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { textOf } from '../shared/text.js';
import type { graphCheck as kind } from './graph.check.kind.js';
import { cyclesOf, type ModuleGraph, reachedFrom, readGraph } from './module-graph.js';

type Input = z.infer<(typeof kind)['input']>;

/** What the graph itself does not say. */
const readSchema = z.object({ at: z.iso.datetime(), written: z.iso.datetime(), credentials: z.int() });
export type Read = z.infer<typeof readSchema>;

/** Something that is not wired as it must be. */
export interface Gap {
  what: 'cycle' | 'unresolved' | 'orphan' | 'unwired';
  module: string;
  detail: string;
  id: string;
  state: 'open' | 'accepted';
}

/** A module of an integration point, and how it is reached. */
interface Wire {
  point: string;
  pattern: string;
  module: string;
  /** From the entry on; empty where it is not reached. */
  way: string[];
}

const SHOWN = 20;
/** UTF-16 units of each. */
const SHOWN_LENGTH = 300;

/** The step leaves the graph as it was read, less credentials, and the reviewed gaps that it was held against. */
export const recomputeGraphCheck: RecomputeOf<typeof kind> = async (input, read) => {
  const [graph, said, gaps] = [read('graph.json'), read('read.json'), read('gaps.json')];
  if (graph === undefined || said === undefined || (input.gaps !== undefined && gaps === undefined)) return undefined;
  return (await wiringOf(input, graph, readSchema.parse(exactJson(said.toString('utf8'))), gaps)).outputs;
};

/**
 * The outputs of a graph, with its gaps and its integration points.
 *
 * @param reviewed the file of reviewed gaps
 * @throws ReadingError CHECK_FAILED for what is no graph or an older one, EXPECTATION_FAILED for one that shows nothing,
 *   BAD_INPUT for gaps that are none
 */
export async function wiringOf(input: Input, bytes: Uint8Array, read: Read, reviewed: Uint8Array | undefined) {
  refuseOlder(`The graph ${input.file}`, Date.parse(read.written), input.newerThan);
  const graph = await graphIn(input, bytes);
  const { imports, unresolved, externalEdges } = graph;
  if (imports.size < input.atLeast) {
    throw new ReadingError(
      'EXPECTATION_FAILED',
      `The graph ${input.file} holds ${imports.size} modules, and ${input.atLeast} must be: nothing was looked at.`,
    );
  }
  const entries = input.entries === undefined ? undefined : entriesOf(input, input.entries, [...imports.keys()]);
  const reached = entries === undefined ? undefined : reachedFrom(entries, imports);
  const { wires, unwired } = pointsOf(input, graph, reached ?? new Map<string, undefined>());
  const found: Omit<Gap, 'id' | 'state'>[] = [
    ...unwired,
    ...cyclesOf(imports).map((group) => ({ what: 'cycle' as const, module: group[0] ?? '', detail: group.join(' ') })),
    ...unresolved.map(({ from, to }) => ({ what: 'unresolved' as const, module: from, detail: to })),
    ...orphansOf(imports, entries ?? []).map((module) => ({ what: 'orphan' as const, module, detail: '' })),
  ];
  const { gaps, expired, stale } = held(found, reviewed, input.gaps ?? 'The list of gaps', read.at);
  const open = gaps.filter(({ state }) => state === 'open');
  const of = (what: Gap['what']): number => open.filter((one) => one.what === what).length;
  const outputs = {
    modules: imports.size,
    edges: [...imports.values()].reduce((sum, one) => sum + one.size, 0),
    externalEdges,
    cycles: of('cycle'),
    unresolved: of('unresolved'),
    orphans: of('orphan'),
    ...(reached === undefined ? {} : { entries: entries?.length ?? 0, unreached: imports.size - reached.size }),
    points: Object.keys(input.points).length,
    unwired: new Set(open.flatMap(({ what, module }) => (what === 'unwired' ? [module] : []))).size,
    accepted: gaps.length - open.length,
    expired,
    stale,
    findings: open.slice(0, SHOWN).map((one) => readable(told(one), SHOWN_LENGTH)),
    credentials: read.credentials,
  };
  return { outputs, gaps, wires, graph, reached };
}

const told = ({ what, module, detail }: Gap): string => `${what} ${module}${detail === '' ? '' : `: ${detail}`}`;

/** All else of the process goes on while the JSON is read. */
async function graphIn({ file, typeOnly }: Input, bytes: Uint8Array): Promise<ModuleGraph> {
  try {
    return readGraph(await exactJsonInTurns(textOf(bytes, file)), typeOnly);
  } catch (cause) {
    if (cause instanceof ReadingError) throw cause;
    const why = cause instanceof Error ? cause.message.split('\n')[0]?.replace(/\.$/, '') : 'it is broken';
    throw new ReadingError('CHECK_FAILED', `${file} cannot be read as a graph: ${why}.`, cause);
  }
}

function entriesOf({ entriesAtMost }: Input, sources: readonly string[], modules: readonly string[]): string[] {
  const found = new Set<string>();
  for (const source of sources) {
    const own = modules.filter(globMatcher(source));
    if (own.length === 0) {
      throw new ReadingError(
        'EXPECTATION_FAILED',
        `The entry ${source} matches none of the ${modules.length} modules, such as ${modules[0] ?? ''}.`,
      );
    }
    for (const one of own) found.add(one);
  }
  if (found.size - 1 <= entriesAtMost * modules.length) return [...found];
  throw new ReadingError(
    'EXPECTATION_FAILED',
    `${found.size} of ${modules.length} modules are entries, and ${Math.floor(1 + entriesAtMost * modules.length)} may be: of an entry it is never seen that nothing reaches it. Name those that are really started, or say \`entriesAtMost\`.`,
  );
}

/** The modules of each integration point with their ways, and what of them is not wired. */
function pointsOf({ points }: Input, { imports }: ModuleGraph, reached: ReadonlyMap<string, string | undefined>) {
  const wires: Wire[] = [];
  const unwired: Omit<Gap, 'id' | 'state'>[] = [];
  for (const [point, sources] of Object.entries(points)) {
    for (const source of sources) {
      const own = [...imports.keys()].filter(globMatcher(source));
      if (own.length === 0) {
        wires.push({ point, pattern: source, module: '', way: [] });
        unwired.push({ what: 'unwired', module: point, detail: `no module matches ${source}` });
      }
      for (const module of own) {
        const way = wayTo(module, reached);
        wires.push({ point, pattern: source, module, way });
        if (way.length === 0) unwired.push({ what: 'unwired', module: point, detail: `no entry reaches ${module}` });
      }
    }
  }
  return { wires, unwired };
}

function wayTo(module: string, reached: ReadonlyMap<string, string | undefined>): string[] {
  const way: string[] = [];
  for (let at: string | undefined = module; at !== undefined && reached.has(at); at = reached.get(at)) way.push(at);
  return way.toReversed();
}

function orphansOf(imports: ModuleGraph['imports'], entries: readonly string[]): string[] {
  const imported = new Set([...imports].flatMap(([from, all]) => [...all].filter((to) => to !== from)));
  for (const one of entries) imported.add(one);
  return [...imports].flatMap(([module, all]) => (all.size === 0 && !imported.has(module) ? [module] : []));
}

/** Gaps with their ids, held against those that were reviewed. */
function held(found: readonly Omit<Gap, 'id' | 'state'>[], reviewed: Uint8Array | undefined, name: string, at: string) {
  const baseline = reviewed === undefined ? [] : baselineOf(exactJson(textOf(reviewed, name)), name);
  const day = at.slice(0, 10);
  const accepted = new Set(baseline.flatMap(({ id, until }) => (until === undefined || until >= day ? [id] : [])));
  const gaps = found.map((one): Gap => {
    const id = idOf(asFinding(one));
    return { ...one, id, state: accepted.has(id) ? 'accepted' : 'open' };
  });
  const all = new Set(gaps.map(({ id }) => id));
  return {
    gaps,
    expired: baseline.filter(({ id }) => !accepted.has(id) && all.has(id)).length,
    stale: baseline.filter(({ id }) => !all.has(id)).length,
  };
}

const asFinding = ({ what, module, detail }: Omit<Gap, 'id' | 'state'>): Finding => ({
  rule: what,
  severity: 'unrated',
  path: module,
  message: detail,
});
