import { z } from 'zod';
import { MEETS_FILE } from '../shared/meets-file.js';
import { defineKind } from '../../model/schema/format/kind.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';

export const envEnsure = defineKind({
  title: 'Environment file',
  about: 'Makes an environment file from its example if it is missing and sets variables; comments and order stay.',
  input: z.strictObject({
    file: z.string().min(1).describe('The .env file.'),
    from: z.string().min(1).optional().describe('Example that a missing file is made from.'),
    set: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and _'),
        z.union([z.string().max(32_768), z.number(), z.boolean(), secretRef]),
      )
      .default({})
      .describe('Variables with their values; a credential only by reference.'),
  }),
  outputs: z.object({
    created: z.boolean(),
    changed: z.array(z.string()).describe('Names whose value was set anew.'),
    values: z
      .record(z.string(), z.string())
      .describe(
        'Every name of the file: with `sha256:` and 12 digits of its value where the plan gives that, `empty` where it has none, else `set`. A name with TOKEN, SECRET, PASSWORD, PASSWD, KEY, CREDENTIAL or DSN in it, or that ends with _URL, looks secret, and is only `set` or `empty`.',
      ),
  }),
  effect: 'idempotent',
  reach: 'none',
  writes: ({ file }) => file,
  undo: 'Brings the file back as it was before this step, or removes the one that it made.',
  meets: {
    'a file that somebody else has changed since, when it is taken back':
      'its own variables have the values that they had, or are gone; all else stays',
    'a missing file': 'made from `from`, or empty, for its owner alone (600)',
    'an empty file, no line end at the end, line ends of Windows':
      'stay as they are; a new line ends as the first one does',
    'line ends that are a carriage return alone': 'refused, with the line; within quotes it is a part of the value',
    'a name that stands there several times': 'the last one is set, for readers take that',
    'comments, `export`, quotes, values of several lines':
      'are read as readers do, and stay; every byte of other lines, too',
    'a number in `set`':
      'is the text that is written; `0123`, `1e3` and `1.10`, which YAML reads otherwise, are refused by `validate`',
    'a value that readers take each in its way':
      'refused: it has a backslash, both kinds of quotes, or an apostrophe beside a dollar sign',
    'a set value':
      'must read back equal by Node, by the rules of Docker Compose and in golive’s own stacks, and every other one unchanged; else the step is refused. `docker run --env-file` takes quotes for a part of the value',
    'a file that Docker Compose does not take': 'is set as Node reads it; the summary says why Compose refuses it',
    'a byte order mark': 'stays; before the set name itself it goes, for Node would read it into the name',
    'UTF-16, another encoding, zero bytes': 'refused, with the byte',
    'a huge file': 'refused beyond 256 MiB',
    ...MEETS_FILE,
  },
  example: `id: env
uses: env.ensure
with:
  file: .env
  from: .env.example
  set: { USE_STUBS: "false", API_TOKEN: { env: LC_API_TOKEN } }
`,
  sample: { created: false, changed: ['USE_STUBS'], values: { USE_STUBS: 'sha256:fcbcf165908d', API_TOKEN: 'set' } },
  leaves: ['env.json'],
});
