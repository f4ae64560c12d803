import { z } from 'zod';
import { PRINCIPAL } from '../../signing/allowed-signers.js';
import { DURATION_PATTERN } from '../../duration.js';
import type { Json } from '../../json.js';
import { asRead } from '../../people/approval.js';
import { READABLE } from '../../text/readable.js';
import { reportIssues } from '../yaml/issues.js';
import { mend, reportMended } from '../yaml/mend.js';
import { hostEntry } from './allow.js';
import { id } from './runbook-fields.js';
import { specOf } from './scope.js';
import { Source } from '../yaml/source.js';
import type { Problem } from '../yaml/source.js';

const personName = z.string().min(1).max(120).regex(READABLE, 'no control characters');
const name = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dot, dash and underscore');
const json: z.ZodType<Json> = z.json();

/** `golive.yaml`: what a project knows besides its runbooks. Nothing in it is needed to rehearse. */
export const projectSchema = z.strictObject({
  people: z
    .record(
      personName,
      z.strictObject({
        roles: z.array(id).min(1).max(50),
        principal: z
          .string()
          .regex(PRINCIPAL, 'a plain name as in the allowed-signers file, e.g. ada@example.org')
          .optional()
          .describe('Name in the allowed-signers file: the keys of this person stand there.'),
      }),
    )
    .optional(),
  approvals: z
    .strictObject({
      level: z
        .enum(['declared', 'signed'])
        .optional()
        .describe('Whether people must prove who they are; live: signed.'),
      signers: z.string().min(1).max(1000).optional().describe('Allowed-signers file (OpenSSH), beside golive.yaml.'),
      revoked: z.string().min(1).max(1000).optional().describe('Revoked keys: a KRL, or public keys, a line each.'),
      breakGlass: z
        .strictObject({ reviewWithin: z.string().regex(DURATION_PATTERN, 'a duration like 24h') })
        .optional()
        .describe('Allows one person alone to approve in an emergency, with a key of its own; reviewed afterwards.'),
    })
    .optional(),
  targets: z
    .record(
      name,
      z.strictObject({
        variables: z.record(z.string().max(60), json).optional(),
        inputs: z
          .record(z.string().max(60), json)
          .optional()
          .describe('Inputs of runbooks on this target; `--input` lays its own over them.'),
      }),
    )
    .optional(),
  network: z
    .strictObject({
      allow: z.array(hostEntry).max(200).describe('Hosts that steps may reach besides those that the plan names.'),
    })
    .optional(),
  folders: z
    .array(z.string().min(1).max(1000))
    .max(50)
    .optional()
    .describe('Folders that paths of steps may lie in, besides the runbook’s own and inputs of type path.'),
  evidence: z.string().min(1).max(1000).optional().describe('Folder of the bundles, relative to golive.yaml.'),
});
export type Project = z.infer<typeof projectSchema>;

interface ProjectProblems {
  problems: Problem[];
  /** Not all could be looked at: when these are mended, more may show. */
  partial: boolean;
  project?: undefined;
}

/** Reads `golive.yaml` and names everything that is wrong in it, with places. An empty file is an empty project. */
export function loadProject(
  text: string,
  file: string,
): { project: Project; problems?: undefined; partial?: undefined } | ProjectProblems {
  const source = new Source(text, file);
  if (!source.readable) return { problems: source.problems, partial: true };
  const raw = source.value ?? {};
  const spec = specOf(projectSchema, 'input');
  const parsed = projectSchema.safeParse(raw);
  if (parsed.error) reportIssues(source, [], parsed.error.issues, raw, spec);
  const mended = parsed.data ? undefined : mend(projectSchema, spec, raw);
  if (mended) reportMended(source, mended, spec);
  const project = parsed.data ?? mended?.data;
  if (project) refuseTwice(project, source);
  if (parsed.data && source.problems.length === 0) return { project: parsed.data };
  return { problems: source.problems, partial: project === undefined || source.partial };
}

/** Who votes counts once: two entries that are one person, by name or by principal, are a mistake. */
function refuseTwice({ people = {} }: Project, source: Source): void {
  const names = new Map<string, string>();
  const principals = new Map<string, string>();
  for (const [person, { principal }] of Object.entries(people)) {
    const namesake = names.get(asRead(person));
    const other = principal === undefined ? undefined : principals.get(principal);
    if (namesake !== undefined) {
      const hint = 'People cannot tell these names apart. Keep one, with all roles.';
      source.atKey(['people'], person, `'${person}' and '${namesake}' are one person`, hint);
    } else if (other !== undefined) {
      const hint = 'A principal is one person: four eyes need two of them.';
      source.atKey(['people'], person, `'${person}' and '${other}' have the same principal '${principal}'`, hint);
    }
    names.set(asRead(person), person);
    if (principal !== undefined) principals.set(principal, person);
  }
}
