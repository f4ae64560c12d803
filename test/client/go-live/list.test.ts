import { expect, test } from '@jest/globals';
import { listGoLives } from '../../../client/go-live/list.js';
import { fakeClient } from '../../kits/fake-client.js';

/** A go-live as the server keeps it: its change, what it came to, and which change it takes back. */
type Kept = [change: string, verdict: string, takesBack?: string];

/** A server with go-lives of one target, newest first. */
const server = (kept: readonly Kept[]) =>
  fakeClient({
    workflow: {
      *list({ query }: { query: string }) {
        for (const [change, verdict, first] of kept) {
          if (query.includes('GoLiveVerdict') && !query.includes(`GoLiveVerdict = '${verdict}'`)) continue;
          const attributes = [
            { key: { name: 'GoLiveChange' }, value: change },
            { key: { name: 'GoLiveVerdict' }, value: verdict },
          ];
          yield {
            workflowId: 'shop',
            runId: change,
            status: { name: 'COMPLETED' },
            startTime: new Date(0),
            memo: first === undefined ? {} : { takesBack: `shop/${first}` },
            typedSearchAttributes: { getAll: () => attributes },
          };
        }
      },
    },
  });

/** Changes that are listed, with what took them back. */
async function marks(kept: readonly Kept[], verdict?: string): Promise<string[]> {
  const rows = await listGoLives(server(kept), { limit: 20, verdict });
  return rows.map(({ change, takenBack: back }) => `${change}${back ? ` < ${back.by} ${back.verdict}` : ''}`);
}

test.each<[string, Kept[], string[]]>([
  ['nobody took it back', [['c1', 'go']], ['c1']],
  [
    'one did',
    [
      ['r1', 'go', 'c1'],
      ['c1', 'go'],
    ],
    ['r1', 'c1 < shop/r1 go'],
  ],
  [
    'of those that did not come to it the last counts',
    [
      ['r2', 'inconclusive', 'c1'],
      ['r1', 'no-go', 'c1'],
      ['c1', 'go'],
    ],
    ['r2', 'r1', 'c1 < shop/r2 inconclusive'],
  ],
  [
    'one that did counts for more than a later one that did not',
    [
      ['r2', 'no-go', 'c1'],
      ['r1', 'go', 'c1'],
      ['c1', 'go'],
    ],
    ['r2', 'r1', 'c1 < shop/r1 go'],
  ],
  [
    'it was another',
    [
      ['r1', 'go', 'c1'],
      ['c2', 'go'],
      ['c1', 'go'],
    ],
    ['r1', 'c2', 'c1 < shop/r1 go'],
  ],
])('taken back: %s', async (_what, kept, listed) => {
  expect(await marks(kept)).toEqual(listed);
});

test('what took it back is known also where the list is of one verdict, and that one has another', async () => {
  const kept: Kept[] = [
    ['r1', 'no-go', 'c1'],
    ['c1', 'go'],
  ];
  expect(await marks(kept, 'go')).toEqual(['c1 < shop/r1 no-go']);
});
