import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Lint, where everything found is an error but one rule: unsafe type assertions are counted for each room, and the count
 * may only fall. `--lower` writes lower numbers down.
 *
 * `--numbers` and `--from` (what `oxlint -f json` said) take other files, for the test of this script.
 */
const RULE = 'typescript(no-unsafe-type-assertion)';
const { values: options } = parseArgs({
  options: {
    lower: { type: 'boolean', default: false },
    numbers: { type: 'string', default: fileURLToPath(new URL('unsafe-assertions.json', import.meta.url)) },
    from: { type: 'string' },
  },
});

function lint() {
  const oxlint = fileURLToPath(new URL('../../node_modules/.bin/oxlint', import.meta.url));
  const run = spawnSync(oxlint, ['--type-aware', '-f', 'json'], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (run.error) throw run.error;
  try {
    return JSON.parse(run.stdout).diagnostics;
  } catch {
    throw new Error(`oxlint did not answer in JSON:\n${run.stdout.slice(0, 2000)}${run.stderr}`);
  }
}

const roomOf = ({ filename }) => (filename.includes('/') ? filename.slice(0, filename.indexOf('/')) : '.');
const lineOf = ({ labels }) => labels[0]?.span.line ?? 1;

/** One finding as editors link it. */
function placed(found) {
  return `${found.filename}:${lineOf(found)}:${found.labels[0]?.span.column ?? 1}: ${found.message} [${found.code}]`;
}

/** The same, with what to do instead. */
function shown(found) {
  const help = found.help ? `\n    ${found.help}` : '';
  return `${placed(found)}${help}`;
}

const git = (...args) => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** The findings of a room on lines that were written since its number was; all of them where git cannot tell. */
function newOf(all, room) {
  try {
    const since = git('log', '-1', '--format=%H', '-G', `"${room}":`, '--', options.numbers).trim();
    if (since === '') return all;
    const unknown = new Set(git('ls-files', '--others', '--exclude-standard').split('\n'));
    const written = new Set();
    let file = '';
    for (const line of git('diff', '-U0', '--no-ext-diff', '--no-renames', since).split('\n')) {
      if (line.startsWith('+++ b/')) file = line.slice(6);
      const [, from, count = '1'] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
      for (let at = 0; from && at < Number(count); at += 1) written.add(`${file}:${Number(from) + at}`);
    }
    const fresh = all.filter((one) => unknown.has(one.filename) || written.has(`${one.filename}:${lineOf(one)}`));
    return fresh.length === 0 ? all : fresh;
  } catch {
    return all;
  }
}

const diagnostics = options.from === undefined ? lint() : JSON.parse(readFileSync(options.from, 'utf8')).diagnostics;
const allowed = JSON.parse(readFileSync(options.numbers, 'utf8'));
const counted = diagnostics.filter(({ code }) => code === RULE);
const problems = diagnostics.filter(({ code }) => code !== RULE).map(shown);
const numbers = {};
for (const room of new Set([...Object.keys(allowed), ...counted.map(roomOf)])) {
  const found = counted.filter((one) => roomOf(one) === room);
  const limit = allowed[room] ?? 0;
  if (found.length > limit)
    problems.push(
      `${room}: ${found.length} unsafe type assertions, and ${limit} are allowed. Check the value with a type guard or a schema instead:`,
      ...newOf(found, room).map(placed),
    );
  if (found.length < limit && !options.lower)
    problems.push(
      `${room}: ${found.length} unsafe type assertions, fewer than the ${limit} allowed. Lower the number to ${found.length}: npm run check:lint -- --lower`,
    );
  const lowered = Math.min(found.length, limit);
  if (lowered > 0) numbers[room] = lowered;
}
if (options.lower) writeFileSync(options.numbers, `${JSON.stringify(numbers, null, 2)}\n`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
