import type { Client } from '@temporalio/client';

/** A client of Temporal that has only the members given. */
export function fakeClient(members: object): Client {
  const made: Client = Object.create(members);
  return made;
}
