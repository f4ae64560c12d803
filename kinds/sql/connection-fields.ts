import { z } from 'zod';
import { duration } from '../shared/fields.js';
import type { Json } from '../../model/json.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';
import { tlsFields } from '../service/tls-fields.js';

/** What is spoken to; MariaDB speaks as MySQL does. */
export const ENGINES = ['postgres', 'mysql'] as const;
export type Engine = (typeof ENGINES)[number];

export const PORTS: Readonly<Record<Engine, number>> = { postgres: 5432, mysql: 3306 };

/** How a database is reached: an address that is a secret, or its parts. */
export const connectionFields = {
  engine: z.enum(ENGINES).describe('`mysql` is MariaDB, too.'),
  url: secretRef.optional().describe('A secret address: postgres://user:password@host:port/database, or mysql://…'),
  host: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[^/\s@?#]+$/, 'a host name or address')
    .optional()
    .describe('Instead of `url`.'),
  port: z.int().min(1).max(65_535).optional().describe('5432 or 3306 when absent.'),
  database: z.string().min(1).max(200).optional(),
  user: z.union([z.string().min(1).max(200), secretRef]).optional(),
  password: secretRef.optional(),
  tls: z
    .union([z.literal('off'), tlsFields])
    .optional()
    .describe('Without it TLS is used and certificate and name are checked, except on this machine; `off`: it is not.'),
  timeout: duration.prefault('30s').describe('Time for all of it; the server is told to stop then, too.'),
};

/** What such a step reaches, where no secret says it. */
export function reachedBy({
  engine,
  host,
  port,
}: { readonly [K in 'engine' | 'host' | 'port']?: Json | undefined }): string | undefined {
  if (typeof host !== 'string') return undefined;
  const known = engine === 'postgres' || engine === 'mysql' ? PORTS[engine] : undefined;
  const number = typeof port === 'number' ? port : known;
  return `${String(engine)}://${host.includes(':') && !host.includes('${{') ? `[${host}]` : host}${number === undefined ? '' : `:${number}`}`;
}

/** Why the parts of a connection do not go together. */
export function connectionProblem(input: {
  url?: unknown;
  host?: unknown;
  port?: unknown;
  database?: unknown;
  user?: unknown;
  password?: unknown;
}): string | undefined {
  const parts = (['host', 'port', 'database', 'user', 'password'] as const).filter((name) => input[name] !== undefined);
  if (input.url === undefined) return input.host === undefined ? 'say `url`, or `host`' : undefined;
  return parts.length > 0 ? `\`url\` says all of it: leave ${parts.join(', ')} out` : undefined;
}
