import { isAbsolute, normalize } from 'node:path';
import { parse } from 'yaml';

export const LANES = ['local', 'strict'] as const;
export type Lane = (typeof LANES)[number];

export interface Operation {
  path: string;
  content: string;
}

/** A work order, as far as it could be read. */
export interface Order {
  id: string;
  actor: string;
  world: string;
  risk: 'low' | 'high';
  rollback: string;
  pattern: string;
  operations: Operation[];
}

/** Why an order was not carried out. */
export class OrderError extends Error {
  constructor(
    readonly code: 'E_YAML' | 'E_SHAPE' | 'E_PATH' | 'E_ZONE' | 'E_ACTOR',
    message: string,
  ) {
    super(message);
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Reads an order. @throws OrderError E_YAML, E_SHAPE */
export function readOrder(source: string): Order {
  let value: unknown;
  try {
    value = parse(source);
  } catch (error) {
    throw new OrderError('E_YAML', error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'no YAML');
  }
  const order = object(value);
  const origin = object(order.origin);
  const operations = Array.isArray(order.operations) ? order.operations.map(object) : [];
  const id = text(order.id);
  if (!/^[a-z0-9][a-z0-9-]{0,60}$/i.test(id)) throw new OrderError('E_SHAPE', 'it has no id');
  if (operations.length === 0) throw new OrderError('E_SHAPE', 'it has no operations');
  return {
    id,
    actor: text(origin.actor),
    world: text(origin.world),
    risk: order.risk === 'high' ? 'high' : 'low',
    rollback: text(order.rollback),
    pattern: text(object(order.context).pattern),
    operations: operations.map(({ op, path, content }) => {
      if (op !== 'write' || text(path) === '') throw new OrderError('E_SHAPE', 'only `write` to a path is known');
      return { path: text(path), content: text(content) };
    }),
  };
}

/** Zones of the workspace: the first part of a path. */
const ZONES: Record<Lane, readonly string[]> = { local: ['open'], strict: ['open', 'locked'] };

/** @throws OrderError E_PATH out of the root, E_ZONE where the lane may not write, E_ACTOR */
export function checkOrder(order: Order, lane: Lane, actors: readonly string[]): void {
  if (!actors.includes(order.actor))
    throw new OrderError('E_ACTOR', `the actor ${order.actor || '(none)'} is not known`);
  for (const { path } of order.operations) {
    const clean = normalize(path);
    if (isAbsolute(path) || clean.startsWith('..') || path.includes('\0')) {
      throw new OrderError('E_PATH', `${path} leads out of the root`);
    }
    const zone = clean.split('/')[0] ?? '';
    if (!ZONES[lane].includes(zone))
      throw new OrderError('E_ZONE', `the lane ${lane} may not write into the zone ${zone}`);
  }
}
