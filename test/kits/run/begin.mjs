import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Before the first system test: a folder for the server that the suites share, and a guard that ends that server however
 * jest ends. The server itself is started by the first suite that asks (test/kits/temporal.ts).
 */
export default function begin() {
  const folder = mkdtempSync(join(tmpdir(), 'golive-run-'));
  process.env.GOLIVE_TEST_SERVER = folder;
  const guard = new URL('guard.mjs', import.meta.url).pathname;
  // A session of its own: Ctrl-C reaches jest and not the guard, which then sees its input end.
  const child = spawn(process.execPath, [guard, folder], { stdio: ['pipe', 'ignore', 'inherit'], detached: true });
  child.unref();
  globalThis.goliveGuard = child;
}
