import { once } from 'node:events';

/** After the last system test: the guard ends the shared server. */
export default async function end() {
  const guard = globalThis.goliveGuard;
  if (guard.exitCode !== null) return;
  guard.stdin.end();
  guard.ref();
  await once(guard, 'exit');
}
