import type { ComposeService } from './read-compose.js';
import type { Published } from './ports.js';

/** How a service is asked whether it answers, from where the worker is. */
export type ServiceCheck = { at: Published } & ({ how: 'http'; path: string } | { how: 'tcp' });

/** An address in the words of a health check, as they are asked inside of the container. */
const ADDRESS =
  /\b(https?):\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?(\/[A-Za-z0-9/_.~%=&?-]*)?/;

/**
 * The check of a service by its published ports: an HTTP request where its own health check makes one, else a connection.
 *
 * @param notes grows by what cannot be asked, in sentences
 */
export function checkOf({ name, ports, health }: ComposeService, notes: string[]): ServiceCheck | undefined {
  const tcp = ports.filter(({ protocol }) => protocol === 'tcp');
  const [, scheme, port, path = '/'] = ADDRESS.exec(health ?? '') ?? [];
  const asked = port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port);
  const at = tcp.find(({ target }) => target === asked);
  if (at && scheme === 'http') return { how: 'http', at, path };
  const [first] = at ? [at] : tcp;
  if (scheme === 'https' && at)
    notes.push(
      `${name} is asked for a connection alone: its health check speaks https, so see to its certificate first.`,
    );
  if (first) return { how: 'tcp', at: first };
  const how =
    health === undefined
      ? 'and no health check: it counts as ready when it runs'
      : 'so its own health check alone speaks for it';
  notes.push(`${name} has no published TCP port, ${how}.`);
  return undefined;
}
