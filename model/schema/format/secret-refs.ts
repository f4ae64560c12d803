import { z } from 'zod';
import type { Json } from '../../json.js';

/** Where a secret stands. The value itself never stands in a runbook; it is read just before it is used. */
export const secretRef = z
  .union([
    z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of an environment variable') }),
    z.strictObject({ file: z.string().min(1) }),
  ])
  .describe('A secret by reference: { env: NAME } of the worker, or { file: PATH }.');

/**
 * The secrets that an input names, wherever the schema of its kind takes one.
 *
 * @param value as a runbook gives it; where it does not fit the schema, nothing is found
 */
export function secretRefsIn(schema: z.core.$ZodType, value: Json | undefined): z.infer<typeof secretRef>[] {
  if (value === null || typeof value !== 'object') return [];
  if (schema === secretRef) {
    const { data } = secretRef.safeParse(value);
    return data === undefined ? [] : [data];
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => secretRefsIn(option, value));
  if (schema instanceof z.ZodPipe) return secretRefsIn(schema.in, value);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return secretRefsIn(schema.unwrap(), value);
  }
  if (Array.isArray(value)) {
    return schema instanceof z.ZodArray ? value.flatMap((item) => secretRefsIn(schema.element, item)) : [];
  }
  if (schema instanceof z.ZodRecord) {
    return Object.values(value).flatMap((item) => secretRefsIn(schema.valueType, item));
  }
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  return Object.entries(shape).flatMap(([name, part]) => secretRefsIn(part, value[name]));
}
