import { stringify } from 'csv-stringify/sync';
import type { HandlerOf } from '../../activities/step/step.js';
import { counted } from '../../model/text/counted.js';
import { asStepLater } from '../shared/as-step.js';
import { readDated, readWhole } from '../shared/read-file.js';
import type { graphCheck as kind } from './graph.check.kind.js';
import { wiringOf } from './graph.check.recompute.js';

/** Most of a graph that is read, in bytes: as an object it is in memory as a whole. */
const LARGEST = 64 * 1024 * 1024;
/** Modules of a way that are shown. */
const LONGEST_WAY = 12;

export const graphCheck: HandlerOf<typeof kind> = {
  async do(input, context) {
    const reviewed =
      input.gaps === undefined ? undefined : await readWhole(context.path(input.gaps), 'The list of gaps');
    const { bytes: whole, written } = await readDated(context.path(input.file), 'The graph', LARGEST);
    // What is judged is what an auditor has: the graph without credentials.
    const { bytes, credentials } = await context.bytesWithoutCredentials(whole);
    const read = { at: context.now().toISOString(), written: written.toISOString(), credentials };
    await context.evidence.write('graph.json', bytes);
    if (reviewed !== undefined) await context.evidence.write('gaps.json', reviewed);
    await context.evidence.write('read.json', `${JSON.stringify(read)}\n`);
    const wiring = await asStepLater(
      () => wiringOf(input, bytes, read, reviewed),
      () => ({ evidence: context.evidence.refs() }),
    );
    const { outputs, gaps } = wiring;
    await context.evidence.write('wiring.csv', wiringTable(wiring));
    await context.evidence.write('modules.csv', modulesTable(wiring));
    const rows = gaps.map(({ state, what, module, detail, id }) => [state, what, module, detail, id]);
    await context.evidence.write('gaps.csv', tableOf(['state', 'what', 'module', 'detail', 'id'], rows));
    const { modules, edges, cycles, unresolved, orphans, points, unwired, accepted } = outputs;
    return {
      outputs,
      summary: `${counted(modules, 'module')}, ${counted(edges, 'edge')}: ${counted(cycles, 'cycle')}, ${unresolved} unresolved, ${counted(orphans, 'orphan')}; ${unwired} of ${counted(points, 'integration point')} not wired; ${accepted} gaps reviewed`,
    };
  },
};

type Wiring = Awaited<ReturnType<typeof wiringOf>>;

function wiringTable({ wires }: Wiring): string {
  const rows = wires.map(({ point, pattern, module, way }) => [
    point,
    pattern,
    module === '' ? 'matches none' : module,
    way.length > 0 ? 'yes' : 'no',
    way.length > LONGEST_WAY ? `${way.slice(0, LONGEST_WAY).join(' → ')} → …` : way.join(' → '),
  ]);
  return tableOf(['point', 'pattern', 'module', 'reached', 'way'], rows);
}

function modulesTable({ graph: { imports }, reached }: Wiring): string {
  const importers = new Map<string, number>();
  for (const all of imports.values()) for (const to of all) importers.set(to, (importers.get(to) ?? 0) + 1);
  const rows = [...imports].map(([module, all]) => [
    module,
    all.size,
    importers.get(module) ?? 0,
    reached === undefined ? '' : reached.has(module) ? 'yes' : 'no',
  ]);
  return tableOf(['module', 'imports', 'imported by', 'reached'], rows);
}

function tableOf(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return stringify([header, ...rows], { escape_formulas: true });
}
