import type { JsonObject } from '../../json.js';
import type { Expected } from '../expression/expression-check.js';
import type { Path, Source } from '../yaml/source.js';
import { eachScalar } from './each-scalar.js';

/**
 * Where a text would do as well as a number, a number must be written as it would be told: `0123`, `1e3` and `1.10` are
 * meant as texts, and YAML makes 123, 1000 and 1.1 of them.
 *
 * @param path of `given` in the source
 * @param expects what the place at a path in `given` takes
 */
export function checkWritten(
  source: Source,
  path: Path,
  given: JsonObject,
  expects: (at: Path) => readonly Expected[],
): void {
  eachScalar(given, [], (value, at) => {
    const written = source.writtenAt([...path, ...at]);
    if (written === undefined || written === String(value) || !expects(at).includes('string')) return;
    const hint = `Quote it, if the text is meant: "${written}"; if not, write ${String(value)}.`;
    source.at([...path, ...at], `${written} is read as ${String(value)}, and a text would do here as well`, hint);
  });
}
