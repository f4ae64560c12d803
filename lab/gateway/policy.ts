import type { Order } from './order.js';

/** Conditions under which a high-risk order needs no person. */
export interface Policy {
  id: string;
  actors: string[];
  /** Beginnings of paths. */
  paths: string[];
  patterns: string[];
}

export interface Decision {
  by: 'policy' | 'person' | 'nobody';
  rule: string;
  /** Conditions that did not hold. */
  failed: string[];
}

/** Judges an order; every condition must hold. @param blindTo conditions that are overlooked (a fault) */
export function decide(order: Order, policy: Policy, blindTo: readonly string[] = []): Decision {
  const conditions: Record<string, boolean> = {
    actor: policy.actors.includes(order.actor),
    path: order.operations.every(({ path }) => policy.paths.some((start) => path.startsWith(start))),
    rollback: order.rollback !== '',
    pattern: policy.patterns.includes(order.pattern),
  };
  const failed = Object.keys(conditions).filter((name) => !conditions[name] && !blindTo.includes(name));
  return { by: failed.length === 0 ? 'policy' : 'nobody', rule: policy.id, failed };
}
