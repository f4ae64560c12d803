import { expect, jest, test } from '@jest/globals';
import type { OpenConnection } from '../../../client/server/connection.js';
import { reachOf } from '../../../client/server/reach.js';
import { fakeClient } from '../../kits/fake-client.js';

function connectionTo(address: string): OpenConnection & { close: jest.Mock<() => Promise<void>> } {
  const client = fakeClient({ address });
  return { client, address, namespace: 'default', close: jest.fn(() => Promise.resolve()) };
}

test('a server that came back elsewhere is found, and who still waits at the old place is told', async () => {
  const [first, second, third] = [connectionTo('a:1'), connectionTo('a:2'), connectionTo('a:3')];
  let address: string | undefined = 'a:1';
  const all = new Map([first, second, third].map((one) => [one.address, one]));
  const reach = reachOf(first, {
    addressNow: () => Promise.resolve(address),
    connect: () => Promise.resolve(all.get(address ?? '') ?? first),
  });
  const before = reach.replaced;

  // At the same place, or at none, it is waited for.
  expect(await reach.look()).toBe(false);
  address = undefined;
  expect(await reach.look()).toBe(false);
  expect(before.aborted).toBe(false);

  address = 'a:2';
  expect(await reach.look()).toBe(true);
  expect(reach.client).toBe(second.client);
  expect([before.aborted, reach.replaced.aborted]).toEqual([true, false]);

  address = 'a:3';
  expect(await reach.look()).toBe(true);
  expect(second.close).toHaveBeenCalledTimes(1);
  await reach.close();
  expect(third.close).toHaveBeenCalledTimes(1);
  expect(first.close).not.toHaveBeenCalled();
});

test('a server that is named but does not answer yet is looked for again', async () => {
  const first = connectionTo('a:1');
  const reach = reachOf(first, {
    addressNow: () => Promise.resolve('a:2'),
    connect: () => Promise.reject(new Error('nothing listens there')),
  });
  expect(await reach.look()).toBe(false);
  expect(reach.client).toBe(first.client);
});
