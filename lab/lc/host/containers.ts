import { execa } from 'execa';

const LOOK_MS = 5000;
const DOWN_MS = 15_000;

/** Whether a container engine answers. */
export async function engineAnswers(): Promise<boolean> {
  const engine = await execa('docker', ['info', '--format', '{{.ServerVersion}}'], { reject: false, timeout: LOOK_MS });
  return engine.exitCode === 0;
}

/**
 * Takes the containers and volumes of a stack down, where an engine answers: a rehearsal may have run it there.
 *
 * @param folder of the stack, with its compose file
 * @throws Error when an engine answers and they cannot be taken down
 */
export async function endContainers(folder: string): Promise<void> {
  // Without an engine nothing of it can run.
  if (!(await engineAnswers())) return;
  const down = ['compose', '--project-directory', folder, 'down', '--volumes', '--timeout', '2'];
  await execa('docker', down, { cwd: folder, timeout: DOWN_MS });
}
