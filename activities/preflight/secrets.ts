import type { Finding } from '../../model/preflight/finding.js';
import { namedBy } from '../../model/schema/format/kind.js';
import { secretRefsIn } from '../../model/schema/format/secret-refs.js';
import { failureOf } from '../step/failure.js';
import type { SecretRef } from '../step/step.js';
import { lacking, type Look, needs, why } from './look.js';

/** Whether each secret that the plan names resolves on the worker. */
export function findSecrets(look: Look): Promise<Finding[]> {
  const written = look.uses.flatMap(({ call, input }) => namedBy(call.kind.writes, input));
  const wanted = needs<SecretRef>(look, ({ call, input }) => secretRefsIn(call.kind.input, input), JSON.stringify);
  return Promise.all(
    wanted.map(async (need) => {
      const ref = need.thing;
      const base = { area: 'secret' as const, what: 'env' in ref ? `$${ref.env}` : ref.file, where: need.where };
      try {
        await look.ways.secret(ref);
        return { ...base, standing: 'there', found: 'It resolves.' };
      } catch (error) {
        const { message, hint } = failureOf(error);
        const standing = lacking(need, 'file' in ref && written.includes(ref.file));
        return { ...base, standing, found: `${message}${why(need, standing)}`, next: hint };
      }
    }),
  );
}
