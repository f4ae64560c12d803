import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { onPath } from '../../host/executables.js';
import { clock, runOwned } from './owned.js';

/** The last tag of the CLI without a `replace` in its go.mod: later ones cannot be installed this way. */
export const goInstall = ['go', 'install', '-v', 'github.com/temporalio/cli/cmd/temporal@v1.5.1'] as const;

const REPORT_EVERY_MS = 5000;
const GIVE_UP_MS = 40 * 60_000;

/** The Go tool: on PATH, or where its installer puts it. */
export function findGo(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return onPath('go', env)[0] ?? (existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : undefined);
}

/**
 * Builds the official Temporal CLI from source (about 7 minutes on 2 cores the first time, and 2 GB of Go's cache).
 * @param target where the binary is to stand; it appears there whole or not at all
 * @throws Error when there is no Go tool or the build fails
 */
export async function buildTemporal(
  target: string,
  report: (line: string) => void,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const go = findGo(env);
  if (go === undefined) throw new Error('there is no `go` on PATH (https://go.dev/dl)');
  // In the same folder as the target, so that the last rename cannot cross a file system.
  const folder = join(dirname(target), `.build-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  report(`Building the Temporal CLI from source: ${goInstall.join(' ')}`);
  report('  one time, about 7 minutes on 2 cores; it is kept in the cache');
  const progress = new Progress();
  let saidAt = 0;
  try {
    await runOwned({
      command: go,
      args: goInstall.slice(1),
      env: { ...env, GOBIN: folder },
      cwd: folder,
      onLine: (line) => progress.take(line),
      onTick: (elapsed) => {
        if (elapsed - saidAt >= REPORT_EVERY_MS) {
          saidAt = elapsed;
          report(`  ${clock(elapsed)}  ${progress.line()}`);
        }
        return elapsed > GIVE_UP_MS ? 'not done after 40 minutes' : undefined;
      },
    });
    const built = join(folder, basename(target));
    chmodSync(built, 0o755);
    renameSync(built, target);
    report(`Built ${target}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts what `go install -v` says: `go: downloading MODULE VERSION`, then the name of each package as it is compiled. */
export class Progress {
  #modules = 0;
  #packages = 0;
  #last = '';

  take(line: string): void {
    if (line.startsWith('go: downloading ')) {
      this.#modules += 1;
      this.#last = line.slice('go: downloading '.length);
    } else if (/^[\w.~/-]+$/.test(line)) {
      this.#packages += 1;
      this.#last = line;
    }
  }

  line(): string {
    if (this.#last === '') return 'resolving modules, or linking what was compiled before';
    return `${this.#modules} modules downloaded, ${this.#packages} packages compiled; now ${this.#last}`;
  }
}
