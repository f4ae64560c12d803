import { sep } from 'node:path';
import type { EnvFamily } from '../step/step.js';

/** What reaches every command of the worker's own environment. */
const COMMAND = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER', 'LOGNAME'] as const;

/** What programs of Windows need besides. */
const WINDOWS = ['SYSTEMROOT', 'SYSTEMDRIVE', 'COMSPEC', 'PATHEXT', 'TEMP', 'TMP', 'USERPROFILE', 'USERNAME'] as const;

/** What a step may read besides, by what it is for. A name that ends with `*` stands for all that begin so. */
const FAMILIES: Record<EnvFamily, readonly string[]> = {
  /** How a container client finds its engine. */
  containers: [
    'DOCKER_HOST',
    'DOCKER_CONTEXT',
    'DOCKER_CONFIG',
    'DOCKER_CERT_PATH',
    'DOCKER_TLS_VERIFY',
    'XDG_RUNTIME_DIR',
  ],
  /** How a client of Temporal finds its server: Temporal's own standard. */
  temporal: ['TEMPORAL_*', 'XDG_CONFIG_HOME'],
};

/** The allow-listed part of an environment; empty values count as not set for what is besides the command's own. */
export function allowedEnv(env: NodeJS.ProcessEnv, families: readonly EnvFamily[] = []): Record<string, string> {
  const besides = families.flatMap((family) => FAMILIES[family]);
  // Windows does not tell `Path` from `PATH`, and says the first.
  const onWindows = sep === '\\';
  const command: readonly string[] = onWindows ? [...COMMAND, ...WINDOWS] : COMMAND;
  const allows = (name: string, value: string): boolean =>
    command.includes(name) ||
    (value !== '' && besides.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one)));
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && allows(onWindows ? name.toUpperCase() : name, value) ? [[name, value]] : [],
    ),
  );
}
