import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a manifest with so many cases of each expected verdict, and gives its name; ids begin with the verdict. */
export function caseManifest(folder: string, counts: Record<string, number>): string {
  const cases = Object.entries(counts).flatMap(([expected, count]) =>
    Array.from({ length: count }, (_, index) => ({
      id: `${expected}-${index}`,
      scenario: 's',
      expected,
      documents: [{ name: 'lc', text: 'x' }],
    })),
  );
  const text = JSON.stringify({
    schema: 1,
    seed: 7,
    set: 't',
    counts: { scenario: { s: cases.length }, expected: counts },
    cases,
  });
  writeFileSync(join(folder, 'manifest.json'), text);
  return 'manifest.json';
}
