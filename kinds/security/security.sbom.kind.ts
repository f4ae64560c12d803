import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { member } from '../shared/given.js';
import { OMITS } from './component.js';
import { toolFields } from './tool-fields.js';

const count = z.int();

export const securitySbom = defineKind({
  title: 'List of components',
  about:
    'Takes an SBOM (CycloneDX, JSON) from a tool or a file into the evidence, and compares it with the lock file, component by component; a list of nothing counts as not run.',
  input: z.strictObject({
    sbom: z.union([
      z.strictObject({
        ...toolFields,
        expectExit: toolFields.expectExit.unwrap().default([0]),
        file: z
          .string()
          .min(1)
          .optional()
          .describe('Where the tool writes it; by default it is what it prints. What stood there before is removed.'),
      }),
      z.strictObject({ read: z.string().min(1).describe('An SBOM that is there already.') }),
    ]),
    lock: z.union([
      z.strictObject({
        npm: z.string().min(1).describe('package-lock.json of version 2 or 3.'),
        omit: z.array(z.enum(OMITS)).default([]).describe('What the SBOM leaves out, as `npm sbom --omit` does.'),
      }),
      z.strictObject({ requirements: z.string().min(1).describe('requirements.txt of pip.') }),
    ]),
  }),
  outputs: z.object({
    components: count.describe('Components of the SBOM, each version once.'),
    locked: count.describe('Components of the lock file, each version once.'),
    missing: count.describe('Components of the lock file that the SBOM does not have.'),
    extra: count.describe('Components of the SBOM that the lock file does not have.'),
    aliased: count.describe(
      'Components that the SBOM calls by the name under which they are installed; they are the same.',
    ),
    unpinned: count.describe(
      'Entries of the lock file without one version, or without a strong hash of what is installed.',
    ),
    local: count.describe(
      'Folders of the project itself that are used as packages: its workspaces, and what is linked.',
    ),
    leftOut: count.describe('Components of the lock file that the step was told to leave out.'),
    version: z.string().optional().describe('What the tool said of itself.'),
    credentials: count.describe('Credentials that nobody declared, masked in the kept SBOM.'),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: ({ sbom }) => member(sbom, 'file'),
  pins: ({ sbom }) => ({ names: [member(sbom, 'argv') ?? null].flat(), folder: member(sbom, 'cwd') }),
  runs: ({ sbom }) => ({
    names: [member(sbom, 'argv'), member(sbom, 'version')].map((one) => (Array.isArray(one) ? (one[0] ?? null) : null)),
    folder: member(sbom, 'cwd'),
    path: member(member(sbom, 'env'), 'PATH'),
  }),
  env: ({ sbom }) => (member(sbom, 'argv') === undefined ? undefined : ['sbom', 'env']),
  undo: null,
  meets: {
    'a tool that is missing, ends badly, or leaves no SBOM': 'the step fails: nothing is known',
    'an SBOM or a lock file that lists nothing, is torn, or is of another format': 'the step fails, too',
    'a component': 'is the same by registry, name and version; where the SBOM has no package URL, by name and version',
    'the project itself': 'is no component of the lock file; among those of an SBOM it is extra',
    'its workspaces': 'are `local`, each with its folder in the table: the SBOM may name them, and need not',
    'a folder of the project that is linked, and none of its workspaces':
      'is `local`, and a component like others: somebody else’s code may lie there',
    'a link that leads out of the project, or to no entry': 'is not pinned, and counted',
    '`integrity` that is empty, no hash, or of sha1 or md5 alone': 'does not pin: sha256, sha384 and sha512 do',
    'a dependency of git': 'is pinned by the whole hash of a commit, not by a branch or a tag',
    'an archive at an address, without `integrity`': 'is not pinned',
    'a bundled package': 'is pinned with the package that brings it along',
    'an npm alias': 'is the package that it stands for; `npm sbom` calls it by its alias, which counts as the same',
    'several copies of one version': 'are one',
    'a range, an address, another file, a hash that pip does not take in requirements.txt':
      'is not pinned, and counted',
    'an SBOM that was edited': 'is found by an auditor: `golive verify` compares again',
  },
  example: `id: sbom
uses: security.sbom
with:
  sbom:
    argv: [npm, sbom, --sbom-format, cyclonedx, --package-lock-only, --omit, dev]
    version: [npm, --version]
  lock: { npm: package-lock.json, omit: [dev] }
`,
  sample: {
    components: 392,
    locked: 392,
    missing: 0,
    extra: 0,
    aliased: 0,
    unpinned: 0,
    local: 0,
    leftOut: 420,
    version: '11.0.0',
    credentials: 0,
  },
  leaves: ['sbom.json', 'lock.txt', 'sbom-run.json', 'differences.csv'],
  shows: [
    {
      as: 'figures',
      title: 'Components',
      place: 'figures',
      outputs: ['components', 'locked', 'missing', 'extra', 'unpinned', 'version'],
    },
    { as: 'rows', title: 'Components that differ', place: 'failures', file: 'differences.csv' },
  ],
});
