import { list } from '../check/checks.js';
import type { PlanRequest } from './plan-inputs.js';
import { parseDuration } from '../../duration.js';
import type { CertificatePlan } from '../../plan/certificate-plan.js';
import type { Plan } from '../../plan/plan.js';
import type { CertificateFields } from '../format/certificate-fields.js';

/** Where the bundle lies, what it must hold, and what its sign-off shows. */
export function evidenceOf({ runbook, evidenceDir, change }: PlanRequest, target: Plan['target']): Plan['evidence'] {
  const { signoff = 'SIGNOFF.md', include = [], states, boxes, certificate } = runbook.evidence ?? {};
  return {
    directory: `${evidenceDir.replace(/[\\/]+$/, '')}/${target.id}/${change}`,
    signoff,
    include: include.map(({ attempts, ...file }) => ({
      ...file,
      from: [...list(file.from)],
      ...(attempts === 'all' ? { attempts } : {}),
    })),
    ...(states ? { states } : {}),
    ...(boxes ? { boxes } : {}),
    ...(certificate ? { certificate: certificateOf(certificate) } : {}),
  };
}

function certificateOf({ branch, earlier, gates, risks, ...rest }: CertificateFields): CertificatePlan {
  return {
    ...rest,
    ...(branch === undefined ? {} : { branch }),
    ...(earlier === undefined ? {} : { earlier }),
    risks: risks.map(({ of, ...risk }) => ({ ...risk, ...(of ? { of } : {}) })),
    gates: gates.map(({ mend, ...gate }) => {
      const mendMs = parseDuration(mend ?? '');
      return { ...gate, ...(mendMs === undefined ? {} : { mendMs }) };
    }),
  };
}
