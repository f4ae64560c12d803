import type { ConnectionLike } from '@temporalio/client';
import { waitUntil } from './processes.js';

/** The search attributes that go-lives carry, all of type Keyword. */
export const SEARCH_ATTRIBUTES = [
  'GoLiveTarget',
  'GoLiveRunbook',
  'GoLiveChange',
  'GoLivePhase',
  'GoLiveVerdict',
  'GoLiveWaitingOn',
  'GoLiveMode',
] as const;

/** temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD */
const KEYWORD = 2;

/**
 * Registers the search attributes of golive that the namespace does not know yet.
 * @returns the names that were added
 * @throws Error when one stands there with another type, the server refuses, or they do not appear within 15 s
 */
export async function ensureSearchAttributes(connection: ConnectionLike, namespace: string): Promise<string[]> {
  const missing = await missingAttributes(connection, namespace);
  if (missing.length === 0) return [];
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
  });
  // The server answers from a cache that it renews now and then.
  const seen = await waitUntil(async () => (await missingAttributes(connection, namespace)).length === 0, 15_000, 200);
  if (!seen) throw new Error(`the search attributes ${missing.join(', ')} did not appear within 15 s`);
  return missing;
}

async function missingAttributes(connection: ConnectionLike, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const wrong = SEARCH_ATTRIBUTES.filter((name) => (customAttributes[name] ?? KEYWORD) !== KEYWORD);
  if (wrong.length > 0) {
    throw new Error(
      `the search attributes ${wrong.join(', ')} exist in namespace ${namespace} with a type other than Keyword`,
    );
  }
  return SEARCH_ATTRIBUTES.filter((name) => customAttributes[name] === undefined);
}
