import { z } from 'zod';
import type { Engine } from './connection-fields.js';

/** What a statement gave: every value as the server writes it, without loss. Bytes are hexadecimal digits behind `\x`. */
export const tableRecord = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.string().nullable())),
  /** There were more rows than were read. */
  more: z.boolean(),
});
export type Table = z.infer<typeof tableRecord>;
export type Column = Table['columns'][number];
export type Cell = string | null;

/** What a value of a column is to a gate. */
export type Meaning = 'number' | 'truth' | 'text' | 'other';

const POSTGRES: Readonly<Record<string, Meaning>> = {
  ...Object.fromEntries(['int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'oid'].map((name) => [name, 'number'])),
  bool: 'truth',
  ...Object.fromEntries(
    ['bytea', 'json', 'jsonb', 'xml', 'record', 'array', 'point', 'bit', 'varbit'].map((name) => [name, 'other']),
  ),
};

const MYSQL: Readonly<Record<string, Meaning>> = {
  ...Object.fromEntries(
    ['tiny', 'short', 'long', 'int24', 'longlong', 'year', 'float', 'double', 'decimal'].map((name) => [
      name,
      'number',
    ]),
  ),
  ...Object.fromEntries(['json', 'bit', 'bytes', 'geometry', 'vector'].map((name) => [name, 'other'])),
};

/** What the values of a column are; what is not known is text. */
export function meaningOf({ type }: Column, engine: Engine): Meaning {
  const known = engine === 'postgres' ? POSTGRES : MYSQL;
  return (Object.hasOwn(known, type) ? known[type] : undefined) ?? 'text';
}
