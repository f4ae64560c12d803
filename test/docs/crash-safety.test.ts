import { expect, test } from '@jest/globals';
import { NEXT } from '../../activities/deed/states.js';
import { pageText } from '../kits/doc-blocks.js';

const page = 'docs/crash-safety.md';

test(`${page} draws the states of an attempt as the code has them`, () => {
  const [, diagram = ''] = /```mermaid\nstateDiagram-v2\n(.*?)```/s.exec(pageText(page)) ?? [];
  const drawn = [...diagram.matchAll(/^ {2}(\S+) --> ([^:\s]+)/gm)].map(([, from, to]) => `${from} → ${to}`);
  const coded = Object.entries(NEXT).flatMap(([from, next]) =>
    next.length === 0 ? [`${from} → [*]`] : next.map((to) => `${from} → ${to}`),
  );
  const first = ['recovered', 'inDoubt', 'notBegun'].map((to) => `[*] → ${to}`);
  expect(drawn.toSorted()).toEqual([...coded, ...first].toSorted());
});
