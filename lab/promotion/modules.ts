/** One module of the package that is promoted, before it is written as a file. */
export interface Module {
  /** `<area>/<name>`, its place below `candidate/` and below `src/`. */
  id: string;
  area: string;
  /** Ids of the modules that it loads. */
  uses: string[];
  owner: string;
  /** Its way for a negative amount is tried by the tests. */
  covered: boolean;
}

const AREAS = ['billing', 'customs', 'fleet', 'parcels', 'returns', 'routes', 'stores', 'tariffs'] as const;
/** Of so many modules one has a line that no test comes to. */
const UNCOVERED_EVERY = 9;
/** A module loads at most so many others, all made before it: no circle. */
const USES = 2;

/**
 * The modules of the package, always the same for the same number: what they load is spread by a fixed rule.
 *
 * @param count how many, 1 or more
 */
export function modulesOf(count: number): Module[] {
  const made: Module[] = [];
  for (let index = 0; index < count; index += 1) {
    const area = AREAS[index % AREAS.length] ?? AREAS[0];
    const id = `${area}/rule-${String(index).padStart(4, '0')}`;
    const uses = Array.from({ length: index % (USES + 1) }, (_, nth) => made[(index * 7 + nth * 13) % index]?.id ?? '');
    made.push({
      id,
      area,
      uses: [...new Set(uses.filter(Boolean))],
      owner: `team-${area}`,
      covered: index % UNCOVERED_EVERY !== 0,
    });
  }
  return made;
}

/** A module as a file. Others are loaded by their id, through the compatibility layer: each may be promoted or not. */
export function sourceOf({ id, uses, owner }: Module): string {
  return `import { load } from '../../compat/index.js';

export const id = '${id}';
export const uses = ${JSON.stringify(uses)};
export const contract = { version: 2, takes: ['amount'], gives: ['total'] };
export const owner = '${owner}';
export const events = ['${id}.done'];
const parts = await Promise.all(uses.map(load));

export function run(amount) {
  if (amount < 0) {
    return { total: 0 };
  }
  return { total: parts.reduce((sum, part) => sum + part.run(1).total, amount) };
}
`;
}

/** Files that say what each module must be: contracts, identities, owners, events. */
export function registersOf(modules: readonly Module[]): Record<string, string> {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
  const byId = <T>(valueOf: (module: Module, index: number) => T): Record<string, T> =>
    Object.fromEntries(modules.map((module, index) => [module.id, valueOf(module, index)]));
  return {
    'contracts/modules.json': json(byId(() => ({ version: 2, takes: ['amount'], gives: ['total'] }))),
    'identity/registry.json': json(byId((_, index) => `M-${String(10_000 + index)}`)),
    'policy/owners.json': json(
      Object.fromEntries([...new Set(modules.map(({ area }) => area))].map((area) => [area, [`team-${area}`]])),
    ),
    'telemetry/events.json': json(modules.map(({ id }) => `${id}.done`)),
  };
}

/** One test file an area: each module of it is loaded through the compatibility layer, and run. */
export function testsOf(modules: readonly Module[]): Record<string, string> {
  const areas = [...new Set(modules.map(({ area }) => area))];
  return Object.fromEntries(
    areas.map((area) => [`test/${area}.test.js`, testOf(modules.filter((one) => one.area === area))]),
  );
}

function testOf(modules: readonly Module[]): string {
  const cases = modules.map(({ id, covered }) => `  ['${id}', ${covered}],`).join('\n');
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../compat/index.js';

// Each module, and whether its way for a negative amount is tried.
const cases = [
${cases}
];

for (const [id, negative] of cases) {
  test(id, async () => {
    const { run } = await load(id);
    assert.ok(run(2).total >= 2);
    if (negative) assert.equal(run(-1).total, 0);
  });
}
`;
}
