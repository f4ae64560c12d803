import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stepKinds } from '../../kinds/catalog.js';
import { freePort } from '../../lab/kit/ports.js';
import { loadRunbook } from '../../model/schema/load.js';
import { Project } from '../kits/cli.js';
import { blocksOf, commandsOf, pageText } from '../kits/doc-blocks.js';
import { runCommands } from '../kits/doc-run.js';
import { programAt } from '../kits/program.js';

const EXAMPLE = 'docs/examples/miniflux';
const PAGE = `${EXAMPLE}/README.md`;
const cache = process.env.GOLIVE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'golive');
const VERSIONS = { old: 'miniflux-2.2.14', next: 'miniflux-2.2.16' };
const bins = Object.entries(VERSIONS).map(([name, file]) => ({ name, file, path: join(cache, 'bin', file) }));

/** Debian keeps `initdb` beside the PATH. */
function initdbAt(): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  return versions.map((version) => programAt(`${version}/bin/initdb`)).find((path) => path !== undefined);
}

const needed = ['psql', 'pg_dump', 'haproxy', 'prometheus', 'curl'];
const missing = [
  ...needed.filter((name) => programAt(name) === undefined),
  ...(initdbAt() === undefined ? ['initdb'] : []),
  ...bins.filter(({ path }) => !existsSync(path)).map(({ file }) => file),
];
const suite = missing.length === 0 ? describe : describe.skip;

/** Every port of the example, 18432 to 18490, as a free one of this machine. */
async function ownPorts(texts: readonly string[]): Promise<(text: string) => string> {
  const named = [...new Set(texts.flatMap((text) => text.match(/\b184\d\d\b/g) ?? []))];
  const ports = new Map<string, string>();
  for (const port of named) ports.set(port, String(await freePort()));
  return (text) => text.replaceAll(/\b184\d\d\b/g, (port) => ports.get(port) ?? port);
}

/** A line of output without what differs from run to run: times, durations, folders, and the blanks of columns. */
function timeless(line: string): string {
  return line
    .replaceAll(/T\+\d+:\d\d:\d\d/g, 'T+')
    .replaceAll(/\d+ ?ms\b/g, 'MS')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

suite(`${PAGE}${missing.length === 0 ? '' : ` (not run: no ${missing.join(', no ')})`}`, () => {
  let project: Project;
  let here: (text: string) => string;

  beforeAll(async () => {
    project = await Project.open();
    // Postgres runs as a user of its own where this runs as root.
    chmodSync(project.folder, 0o755);
    for (const name of readdirSync(EXAMPLE))
      if (!['run', '.golive', 'evidence'].includes(name))
        cpSync(join(EXAMPLE, name), join(project.folder, name), { recursive: true });
    const files = filesOf(project.folder);
    here = await ownPorts([...files.map((path) => readFileSync(path, 'utf8')), pageText(PAGE)]);
    for (const path of files) writeFileSync(path, here(readFileSync(path, 'utf8')));
    mkdirSync(join(project.folder, 'run/bin'), { recursive: true });
    for (const { name, path } of bins) symlinkSync(path, join(project.folder, 'run/bin', `miniflux-${name}`));
  }, 60_000);
  afterAll(async () => {
    if (project === undefined) return;
    await runCommands(project, [{ line: 'node system.mjs down', exitCode: 0 }]);
    await project.close();
  }, 60_000);

  test('every command ends as the page says, and prints what the page shows', async () => {
    const commands = commandsOf(PAGE).map((command) => ({ ...command, line: here(command.line) }));
    expect(commands.length).toBeGreaterThan(20);
    const { code, said } = await runCommands(project, commands);
    expect([code, said.slice(-6000)]).toEqual([0, said.slice(-6000)]);
    const printed = said.split('\n').map(timeless);
    const shown = blocksOf(PAGE).filter(({ language }) => language === 'text');
    expect(shown.length).toBeGreaterThan(2);
    for (const line of shown.flatMap(({ text }) => text.trimEnd().split('\n')))
      expect(printed).toContain(timeless(here(line)));
    expect(said).not.toContain('reader-secret');
  }, 420_000);
});

test(`${EXAMPLE}: the runbook validates, and has at most three commands`, () => {
  const { runbook, problems } = loadRunbook(
    readFileSync(join(EXAMPLE, 'release.yaml'), 'utf8'),
    'release.yaml',
    stepKinds,
  );
  expect(problems ?? []).toEqual([]);
  const steps = (runbook?.phases ?? []).flatMap(({ steps: listed = [] }) =>
    listed.flatMap((one) => ('parallel' in one ? one.parallel : [one])),
  );
  expect(steps.filter(({ uses }) => uses === 'command.run')).toHaveLength(3);
});
