import { Source } from '../../model/schema/yaml/source.js';
import type { OpenedRunbook } from './load.js';

type Node = { id?: string; parallel?: { id?: string }[]; steps?: Node[] };
type Path = (string | number)[];

/**
 * Where things stand in the file of a runbook.
 *
 * @returns a function that gives `file:line` for `<phase>.<step>` or `rollback-<id>.<step>`, the text itself for others
 */
export function placesOf({ text, file }: Pick<OpenedRunbook, 'text' | 'file'>): (where: string) => string {
  const source = new Source(text, file);
  const { phases = [], rollbacks = {} } = (source.value ?? {}) as {
    phases?: Node[];
    rollbacks?: Record<string, Node>;
  };
  const places = new Map<string, Path>();
  phases.forEach((phase, index) => {
    for (const [id, path] of stepPaths(phase)) places.set(`${phase.id}.${id}`, ['phases', index, ...path]);
  });
  for (const [name, rollback] of Object.entries(rollbacks)) {
    for (const [id, path] of stepPaths(rollback)) places.set(`rollback-${name}.${id}`, ['rollbacks', name, ...path]);
  }
  return (where) => {
    const path = places.get(where);
    return path === undefined ? where : `${file}:${source.lineAt(path)}`;
  };
}

function stepPaths({ steps = [] }: Node): [id: string, path: Path][] {
  return steps.flatMap((node, at) =>
    node.parallel
      ? node.parallel.map((step, within): [string, Path] => [step.id ?? '', ['steps', at, 'parallel', within]])
      : [[node.id ?? '', ['steps', at]] satisfies [string, Path]],
  );
}
