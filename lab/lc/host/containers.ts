import { execa } from 'execa';

const LOOK_MS = 5000;
const DOWN_MS = 15_000;

/**
 * Takes the containers and volumes of a stack down, where an engine answers: a rehearsal may have run it there.
 *
 * @param folder of the stack, with its compose file
 * @throws Error when an engine answers and they cannot be taken down
 */
export async function endContainers(folder: string): Promise<void> {
  const engine = await execa('docker', ['info', '--format', '{{.ServerVersion}}'], { reject: false, timeout: LOOK_MS });
  // Without an engine nothing of it can run.
  if (engine.exitCode !== 0) return;
  const down = ['compose', '--project-directory', folder, 'down', '--volumes', '--timeout', '2'];
  await execa('docker', down, { cwd: folder, timeout: DOWN_MS });
}
