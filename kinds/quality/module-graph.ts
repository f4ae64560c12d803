import { z } from 'zod';
import type { Json } from '../../model/json.js';

/** Modules of a target, and which imports which; each edge once. */
export interface ModuleGraph {
  /** By module, what it imports of the target. */
  imports: Map<string, Set<string>>;
  externalEdges: number;
  unresolved: { from: string; to: string }[];
}

const dependency = z.looseObject({
  module: z.string(),
  resolved: z.string(),
  couldNotResolve: z.boolean().default(false),
  coreModule: z.boolean().default(false),
  dependencyTypes: z.array(z.string()).default([]),
});
const cruised = z.looseObject({
  source: z.string(),
  couldNotResolve: z.boolean().default(false),
  coreModule: z.boolean().default(false),
  dependencies: z.array(dependency),
});
const depcruise = z.looseObject({
  modules: z.array(cruised),
  summary: z.looseObject({ totalCruised: z.int().optional(), totalDependenciesCruised: z.int().optional() }),
});
const name = z.string().min(1);
const edge = z.union([
  z.tuple([name, name]).transform(([from, to]) => ({ from, to, resolved: true })),
  z.looseObject({ from: name, to: name, resolved: z.boolean().default(true) }),
]);
const edgeList = z.union([
  z.array(edge).transform((edges) => ({ edges, modules: undefined })),
  z.strictObject({ modules: z.array(name).optional(), edges: z.array(edge) }),
]);

/**
 * Reads a graph of dependency-cruiser, or a list of edges.
 *
 * @param typeOnly whether imports of types alone count
 * @throws Error for what is neither, or holds less than it says
 */
export function readGraph(document: Json, typeOnly: boolean): ModuleGraph {
  const isList = Array.isArray(document) || (document !== null && typeof document === 'object' && 'edges' in document);
  return isList ? ofEdges(parsed(edgeList, document)) : ofCruise(parsed(depcruise, document), typeOnly);
}

function ofCruise({ modules, summary }: z.infer<typeof depcruise>, typeOnly: boolean): ModuleGraph {
  const count = modules.reduce((sum, one) => sum + one.dependencies.length, 0);
  for (const [said, held, what] of [
    [summary.totalCruised, modules.length, 'modules'],
    [summary.totalDependenciesCruised, count, 'dependencies'],
  ] as const) {
    if (said !== undefined && said !== held) throw new Error(`it says ${said} ${what} and holds ${held}`);
  }
  const own = modules.filter((one) => !one.coreModule && !one.couldNotResolve && !isPackage(one.source));
  const known = new Set(modules.map(({ source }) => source));
  const graph = graphOf(own.map(({ source }) => source));
  const external = new Set<string>();
  for (const { source, dependencies } of own) {
    for (const one of dependencies) {
      if (!typeOnly && one.dependencyTypes.includes('type-only')) continue;
      if (one.couldNotResolve) graph.unresolved.push({ from: source, to: one.module });
      else if (one.coreModule || isPackage(one.resolved)) external.add(`${source}\n${one.resolved}`);
      else if (known.has(one.resolved)) graph.imports.get(source)?.add(one.resolved);
      else throw new Error(`${source} imports ${one.resolved}, which it does not hold`);
    }
  }
  return { ...graph, externalEdges: external.size };
}

function ofEdges({ modules, edges }: z.infer<typeof edgeList>): ModuleGraph {
  const told = edges.flatMap(({ from, to, resolved }) => (resolved ? [from, to] : [from]));
  const graph = graphOf(modules ?? told);
  for (const { from, to, resolved } of edges) {
    const gone = [from, ...(resolved ? [to] : [])].find((one) => !graph.imports.has(one));
    if (gone !== undefined) throw new Error(`it has an edge of ${gone}, which is none of its modules`);
    if (resolved) graph.imports.get(from)?.add(to);
    else graph.unresolved.push({ from, to });
  }
  return graph;
}

const graphOf = (modules: readonly string[]): ModuleGraph => ({
  imports: new Map(modules.map((one) => [one, new Set<string>()])),
  externalEdges: 0,
  unresolved: [],
});

const isPackage = (path: string): boolean => /(?:^|\/)node_modules\//.test(path);

function parsed<T>(schema: z.ZodType<T>, document: Json): T {
  const { data, error } = schema.safeParse(document);
  if (data !== undefined) return data;
  const [first] = error?.issues ?? [];
  throw new Error(
    `it is neither of dependency-cruiser nor a list of edges: ${first?.path.join('.') || 'it'}: ${first?.message}`,
  );
}

/** Groups of modules of which each reaches each other (Tarjan 1972), sorted; a module alone where it imports itself. */
export function cyclesOf(imports: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const cycles: string[][] = [];
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const enter = (module: string): Visit => {
    order.set(module, order.size);
    low.set(module, order.size - 1);
    stack.push(module);
    onStack.add(module);
    return { module, left: (imports.get(module) ?? new Set<string>()).values() };
  };
  const lower = (module: string, to: number | undefined): void => {
    low.set(module, Math.min(low.get(module) ?? 0, to ?? Number.POSITIVE_INFINITY));
  };
  for (const root of imports.keys()) {
    if (order.has(root)) continue;
    // Its own stack, so that a long chain of modules is none of calls.
    for (const visits = [enter(root)]; ; ) {
      const visit = visits.at(-1);
      if (visit === undefined) break;
      const { done, value } = visit.left.next();
      if (!done) {
        if (!order.has(value)) visits.push(enter(value));
        else if (onStack.has(value)) lower(visit.module, order.get(value));
        continue;
      }
      visits.pop();
      const around = visits.at(-1);
      if (around) lower(around.module, low.get(visit.module));
      if (low.get(visit.module) !== order.get(visit.module)) continue;
      const group = stack.splice(stack.indexOf(visit.module));
      for (const one of group) onStack.delete(one);
      if (group.length > 1 || imports.get(visit.module)?.has(visit.module)) cycles.push(group.toSorted());
    }
  }
  return cycles.toSorted((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
}

interface Visit {
  module: string;
  left: Iterator<string, unknown>;
}

/** What entries reach, each with the module by which it is reached first; of an entry, nothing. */
export function reachedFrom(
  entries: readonly string[],
  imports: ModuleGraph['imports'],
): Map<string, string | undefined> {
  const reached = new Map<string, string | undefined>(entries.map((one) => [one, undefined]));
  // A map goes on over what is added meanwhile: in the order of distance.
  for (const module of reached.keys()) {
    for (const next of imports.get(module) ?? []) if (!reached.has(next)) reached.set(next, module);
  }
  return reached;
}
