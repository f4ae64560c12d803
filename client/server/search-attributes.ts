import type { ConnectionLike } from '@temporalio/client';
import { SEARCH_ATTRIBUTE_NAMES } from '../../model/state/search-attributes.js';
import { CliError, messageOf } from '../errors.js';
import { waitUntil } from './processes.js';

/** temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD */
const KEYWORD = 2;

/**
 * Registers the search attributes of golive that the namespace does not know yet.
 * @returns the names that were added
 * @throws CliError (exit 2) when one stands there with another type, the server refuses, or they do not appear within 15 s
 */
export async function ensureSearchAttributes(connection: ConnectionLike, namespace: string): Promise<string[]> {
  const missing = await missingAttributes(connection, namespace);
  if (missing.length === 0) return [];
  await refused(namespace, () =>
    connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    }),
  );
  // The server answers from a cache that it renews now and then.
  const seen = await waitUntil(async () => (await missingAttributes(connection, namespace)).length === 0, 15_000, 200);
  if (!seen) {
    throw new CliError(`The search attributes ${missing.join(', ')} did not appear within 15 s.`, {
      exitCode: 2,
      where: `namespace ${namespace}`,
      hint: 'Try again in a minute; the server may be slow to spread them.',
    });
  }
  return missing;
}

async function missingAttributes(connection: ConnectionLike, namespace: string): Promise<string[]> {
  const { customAttributes } = await refused(namespace, () =>
    connection.operatorService.listSearchAttributes({ namespace }),
  );
  const wrong = SEARCH_ATTRIBUTE_NAMES.filter((name) => (customAttributes[name] ?? KEYWORD) !== KEYWORD);
  if (wrong.length === 0) return SEARCH_ATTRIBUTE_NAMES.filter((name) => customAttributes[name] === undefined);
  throw new CliError(`The search attributes ${wrong.join(', ')} exist with a type other than Keyword.`, {
    exitCode: 2,
    where: `namespace ${namespace}`,
    hint: 'Use another namespace, or remove them: temporal operator search-attribute remove --name NAME',
  });
}

async function refused<T>(namespace: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new CliError(`The server refuses golive's search attributes: ${messageOf(error)}`, {
      exitCode: 2,
      where: `namespace ${namespace}`,
      hint: `Have these registered as Keyword by someone who may: ${SEARCH_ATTRIBUTE_NAMES.join(', ')}`,
    });
  }
}
