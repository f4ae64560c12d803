/** File names in a step's folder: what its deed and its undo keep. */
export const LEDGERS = { do: 'ledger.jsonl', undo: 'undo-ledger.jsonl' } as const;
/** What a step has remembered for its undo. */
export const MEMORY = 'remember.json';

const PRIVATE: readonly string[] = [LEDGERS.do, LEDGERS.undo, MEMORY];

/**
 * Whether a path of a bundle is a file of a step, below `data/phases/<phase>/<step>/`, which no undo reads: it proves
 * what was done, and says nothing of how that is taken back.
 */
export function provesAlone(path: string): boolean {
  const [data, phases, phase, step, name, ...below] = path.split('/');
  const ofStep = data === 'data' && phases === 'phases' && Boolean(phase) && Boolean(step) && Boolean(name);
  return ofStep && (below.length > 0 || !PRIVATE.includes(name ?? ''));
}
