import { expect, test } from '@jest/globals';
import { preflightTable } from '../../../client/render/preflight.js';
import { PLAIN } from '../../../client/render/style.js';
import { placesOf } from '../../../client/runbook/places.js';

const text = `schema: 1
phases:
  - id: p
    steps:
      - { id: a, uses: wait }
      - parallel:
          - { id: b, uses: wait }
rollbacks:
  R1:
    steps:
      - { id: back, uses: wait }
`;

test('steps stand at a line of the file', () => {
  const placeOf = placesOf({ text, file: 'runbook.yaml' });
  expect(['p.a', 'p.b', 'rollback-R1.back', 'evidence'].map(placeOf)).toEqual([
    'runbook.yaml:5',
    'runbook.yaml:7',
    'runbook.yaml:11',
    'evidence',
  ]);
});

test('the table says what, where, what was found and what to do next', () => {
  const table = preflightTable(
    [
      { area: 'program', what: 'psql', where: 'p.a', standing: 'there', found: '/usr/bin/psql', next: 'nothing' },
      { area: 'secret', what: '$TOKEN', where: 'p.b', standing: 'missing', found: 'It is not set.', next: 'Set it.' },
    ],
    placesOf({ text, file: 'runbook.yaml' }),
    PLAIN,
  );
  expect(table).toBe(
    '✗ secret   $TOKEN  runbook.yaml:7  It is not set.\n           → Set it.\n✓ program  psql    runbook.yaml:5  /usr/bin/psql\n',
  );
});
