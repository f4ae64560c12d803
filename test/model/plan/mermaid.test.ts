import { expect, test } from '@jest/globals';
import { planMermaid } from '../../../model/plan/mermaid.js';
import { plan } from '../../kits/release-plan.js';

test('as Mermaid: labels cannot break out', () => {
  const made = plan();
  const [first] = made.phases;
  if (first) first.title = 'x"] --> evil<script>';
  const text = planMermaid(made);
  expect(text).toContain('0 x#34;#93; --#62; evil#60;script#62;');
  expect(text).toContain('r_R1 -.-> p_check');
  expect(text).toContain('a_go_on -->|no| nogo');
});
