import { expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { follow } from '../../../client/go-live/follow.js';
import type { View } from '../../../client/render/view.js';
import type { Reach } from '../../../client/server/reach.js';
import { fakeClient } from '../../kits/fake-client.js';
import { ended, running } from '../../kits/cli-state.js';

const found = { target: 'lcopilot-lab', runId: 'r' };
const unavailable = (): Error =>
  Object.assign(new Error('Failed to query Workflow'), { cause: Object.assign(new Error('14'), { code: 14 }) });

interface Fake {
  query(): Promise<unknown>;
  result(signal: AbortSignal): Promise<unknown>;
}

function clientOf(fake: Fake): Client {
  let signal = new AbortController().signal;
  return fakeClient({
    withDeadline: (_: unknown, act: () => unknown) => act(),
    withAbortSignal: (given: AbortSignal, act: () => unknown) => {
      signal = given;
      return act();
    },
    workflow: { getHandle: () => ({ query: () => fake.query(), result: () => fake.result(signal) }) },
  });
}

/** Never answers, as a connection to a port where nobody listens any more. */
const hangs = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }));

test('a server that dies and comes back elsewhere is followed there to the end', async () => {
  let asked = 0;
  const dying = clientOf({
    query: () => (++asked === 1 ? Promise.resolve(running()) : Promise.reject(unavailable())),
    result: hangs,
  });
  const back = clientOf({ query: () => Promise.resolve(running()), result: () => Promise.resolve(ended()) });
  const gone = new AbortController();
  const server: Reach = {
    client: dying,
    replaced: gone.signal,
    look: () => {
      if (server.client === back) return Promise.resolve(false);
      Object.assign(server, { client: back, replaced: new AbortController().signal });
      gone.abort();
      return Promise.resolve(true);
    },
    close: () => Promise.resolve(),
  };
  const state = await follow({ server, found, onView: () => undefined });
  expect(state?.verdict).toBe('no-go');
}, 20_000);

test('what does not answer is named: the server', async () => {
  let asked = 0;
  const client = clientOf({
    query: () => (++asked === 1 ? Promise.resolve(running()) : Promise.reject(unavailable())),
    result: hangs,
  });
  const leave = new AbortController();
  const notes = new Set<string>();
  const server: Reach = {
    client,
    replaced: new AbortController().signal,
    look: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
  const onView = ({ note }: View): void => {
    if (note === undefined) return;
    notes.add(note);
    leave.abort();
  };
  await follow({ server, found, signal: leave.signal, onView });
  expect([...notes].join()).toMatch(/^server not answering/);
}, 20_000);

test('a server that does not know the go-live ends the following, with what to look at', async () => {
  const lost = Object.assign(new Error('not found'), { name: 'WorkflowNotFoundError' });
  const client = clientOf({ query: () => Promise.reject(lost), result: () => Promise.reject(lost) });
  const server: Reach = {
    client,
    replaced: new AbortController().signal,
    look: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
  await expect(follow({ server, found, onView: () => undefined })).rejects.toMatchObject({
    message: expect.stringContaining('does not know this go-live'),
    options: { exitCode: 4 },
  });
}, 20_000);
