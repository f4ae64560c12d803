import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from '../../model/preflight/finding.js';
import { canonicalJson } from '../../model/json.js';
import { checkMayStart } from '../command/may-start.js';
import { runCommand } from '../command/command.js';
import { contained } from '../reach/contain.js';
import { failureOf } from '../step/failure.js';
import type { CheckContext } from '../step/step.js';
import { type KnownUse, lacking, type Look, needs, why } from './look.js';

/** Longest that one check may take. */
const CHECK_MS = 20_000;

/**
 * What the kinds themselves look for. A use whose input is not known yet is passed over, and one whose input the kind
 * does not take: that is said when it runs.
 *
 * @param lacks whether a secret of this use is missing, which is told already
 */
export async function findByKinds(look: Look, lacks: (use: KnownUse) => boolean): Promise<Finding[]> {
  const checked = needs<KnownUse>(
    look,
    (use) => (use.call.handler.check && !use.open && !lacks(use) ? [use] : []),
    ({ uses, input }) => `${uses} ${canonicalJson(input)}`,
  );
  const findings = await Promise.all(
    checked.map(async (need): Promise<Finding | undefined> => {
      const { call, input } = need.thing;
      const base = { area: 'check' as const, what: call.name, where: need.where };
      const parsed = call.kind.input.safeParse(input);
      const signal = AbortSignal.any([look.signal, AbortSignal.timeout(CHECK_MS)]);
      try {
        const found = parsed.success ? await call.handler.check?.(parsed.data, contextOf(look, signal)) : undefined;
        if (parsed.success && found === undefined) return undefined;
        return { ...base, standing: 'there', found: look.ways.redact(found ?? 'Its input is known later.') };
      } catch (error) {
        const { message, hint } = failureOf(error, look.ways.redact);
        const standing = lacking(need, true);
        return { ...base, standing, found: `${message}${why(need, standing)}`, next: hint };
      }
    }),
  );
  return withoutRepeats(findings.filter((finding) => finding !== undefined));
}

/** Steps that ask one server for several things find one thing: it is told where it is needed first. */
function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const first = new Map<string, Finding>();
  for (const finding of findings) {
    const { what, standing, found } = finding;
    const key = JSON.stringify([what, standing, found]);
    if (!first.has(key)) first.set(key, finding);
  }
  return [...first.values()];
}

function contextOf({ goLive, env, ways }: Look, signal: AbortSignal): CheckContext {
  return {
    ...ways,
    signal,
    path: (relative) => contained(relative, goLive.baseDir, goLive.folders),
    run: async (options) => {
      checkMayStart(options, goLive);
      return runCommand({ ...options, timeoutMs: Math.min(options.timeoutMs, CHECK_MS) }, { signal, env });
    },
    sleep: (ms) => delay(ms, undefined, { signal }),
    progress: () => undefined,
    log: () => undefined,
  };
}
