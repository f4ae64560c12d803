import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { buildTemporal, Progress } from '../../../client/server/build-temporal.js';
import { downloadTemporal } from '../../../client/server/download-temporal.js';
import { cachedTemporal, findTemporal, probeTemporal } from '../../../client/server/find-temporal.js';

const SAYS = (version: string): string => `#!/bin/sh\necho "temporal version ${version} (Server 1.29.1, UI 2.42.1)"\n`;

let root: string;
let said: string[];
const report = (line: string): void => void said.push(line);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'golive-find-'));
  said = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function executable(name: string, text: string): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** PATH with the system's own tools but without a Temporal CLI. */
function environment(...folders: string[]): NodeJS.ProcessEnv {
  const PATH = [...folders.map((folder) => join(root, folder)), '/bin'].join(delimiter);
  return { PATH, HOME: root, GOLIVE_CACHE: join(root, 'cache') };
}

function target(): string {
  mkdirSync(join(root, 'cache/bin'), { recursive: true });
  return join(root, 'cache/bin/temporal');
}

describe('where the Temporal CLI is looked for', () => {
  test('$TEMPORAL_CLI before PATH before the cache', async () => {
    const env = environment('a', 'b');
    const cached = executable('cache/bin/temporal', SAYS('3'));
    expect(cached).toBe(cachedTemporal(env));
    expect(await probeTemporal(env)).toMatchObject({ found: { path: cached, source: 'cache' } });
    const onPath = executable('b/temporal', SAYS('2'));
    expect(await probeTemporal(env)).toMatchObject({ found: { path: onPath, source: 'PATH' } });
    const chosen = executable('mine', SAYS('1'));
    expect(await findTemporal(report, { ...env, TEMPORAL_CLI: chosen })).toEqual({
      path: chosen,
      version: '1 (Server 1.29.1, UI 2.42.1)',
      source: '$TEMPORAL_CLI',
    });
  });

  test('something else called temporal is passed over, and said', async () => {
    executable('a/temporal', '#!/bin/sh\necho "temporal logic prover 0.3"\n');
    executable('b/temporal', '#!/bin/sh\nexit 1\n');
    const good = executable('c/temporal', SAYS('2'));
    const probe = await probeTemporal(environment('a', 'b', 'c'));
    expect(probe.found?.path).toBe(good);
    expect(probe.problems).toEqual([
      expect.stringContaining('is not that of the Temporal CLI'),
      expect.stringContaining('it does not run'),
    ]);
  });

  test('$TEMPORAL_CLI that does not work is an error, not passed over', async () => {
    executable('b/temporal', SAYS('2'));
    const env = { ...environment('b'), TEMPORAL_CLI: join(root, 'nothing') };
    await expect(probeTemporal(env)).rejects.toMatchObject({ options: { exitCode: 2, where: join(root, 'nothing') } });
  });

  test('a look around fetches nothing', async () => {
    expect(await probeTemporal(environment())).toEqual({ problems: [] });
    expect(existsSync(join(root, 'cache'))).toBe(false);
  });
});

describe('getting it', () => {
  test('go install puts the binary in place, counts what it compiles, and leaves nothing beside it', async () => {
    // Stands in for Go: writes what `go install -v` writes, and the binary into GOBIN.
    executable(
      'go/go',
      `#!/bin/sh
[ "$1 $2 $3" = "install -v github.com/temporalio/cli/cmd/temporal@v1.5.1" ] || exit 64
echo "go: downloading go.temporal.io/server v1.29.1" >&2
echo "internal/abi" >&2
printf '#!/bin/sh\\necho "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"\\n' > "$GOBIN/temporal"
`,
    );
    await buildTemporal(target(), report, environment('go'));
    expect(readFileSync(target(), 'utf8')).toContain('1.5.1');
    expect(readdirSync(join(root, 'cache/bin'))).toEqual(['temporal']);
    expect(said.at(-1)).toBe(`Built ${target()}`);
  });

  test('a build that fails leaves no half binary and says why', async () => {
    executable('go/go', '#!/bin/sh\necho half > "$GOBIN/temporal"\necho "no space left on device" >&2\nexit 1\n');
    await expect(buildTemporal(target(), report, environment('go'))).rejects.toThrow('no space left on device');
    expect(readdirSync(join(root, 'cache/bin'))).toEqual([]);
  });

  test('progress counts modules and packages, and no other lines', () => {
    const progress = new Progress();
    expect(progress.line()).toMatch(/^resolving modules/);
    for (const line of ['go: downloading a.b/c v1', 'runtime', 'github.com/x/y-z', '# some warning', ''])
      progress.take(line);
    expect(progress.line()).toBe('1 modules downloaded, 2 packages compiled; now github.com/x/y-z');
  });

  test('a network that cannot be reached is given up on soon, and leaves nothing', async () => {
    const started = Date.now();
    const closed = {
      ...process.env,
      HTTPS_PROXY: 'http://127.0.0.1:1',
      https_proxy: 'http://127.0.0.1:1',
      NO_PROXY: '',
      no_proxy: '',
    };
    await expect(downloadTemporal(target(), report, closed)).rejects.toThrow(/\w/);
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(readdirSync(join(root, 'cache/bin'))).toEqual([]);
  }, 30_000);

  test('when nothing works, one error names every failure and the three ways out', async () => {
    executable('go/go', '#!/bin/sh\necho "proxy refused" >&2\nexit 1\n');
    const env = { ...environment('go'), HTTPS_PROXY: 'http://127.0.0.1:1' };
    await expect(findTemporal(report, env)).rejects.toMatchObject({
      message: 'No Temporal CLI was found, and none could be got.',
      options: {
        exitCode: 2,
        where: expect.stringMatching(/download: [^]*\ngo install: proxy refused/),
        hint: expect.stringMatching(/TEMPORAL_CLI[^]*go install -v [^]*TEMPORAL_ADDRESS/),
      },
    });
    // The folder of the lock stays; nothing half-built does.
    expect(readdirSync(join(root, 'cache/bin'))).toEqual(['temporal.lock.d']);
  }, 30_000);

  test('two at once build once', async () => {
    executable(
      'go/go',
      `#!/bin/sh
echo run >> "${root}/runs"
sleep 0.5
printf '#!/bin/sh\\necho "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"\\n' > "$GOBIN/temporal"
`,
    );
    const env = { ...environment('go'), HTTPS_PROXY: 'http://127.0.0.1:1' };
    const both = await Promise.all([findTemporal(report, env), findTemporal(report, env)]);
    expect(both.map(({ source }) => source).toSorted()).toEqual(['cache', 'go install']);
    expect(readFileSync(join(root, 'runs'), 'utf8')).toBe('run\n');
  }, 30_000);
});
