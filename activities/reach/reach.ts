import { lookup as systemLookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { NetworkPlan } from '../../model/plan/plan.js';
import { allowsHost, entryFor, listed, mayReach } from '../../model/plan/reach.js';
import { StepError } from '../step/step-error.js';

/**
 * Addresses that no check has business with: link-local ones, where clouds keep their credentials (169.254.169.254,
 * fd00:ec2::254, Alibaba's 100.100.100.200, Azure's 168.63.129.16), "this host", and multicast. RFC 6890 and the clouds' own pages.
 */
const NEVER = new BlockList();
NEVER.addSubnet('169.254.0.0', 16, 'ipv4');
NEVER.addSubnet('0.0.0.0', 8, 'ipv4');
NEVER.addSubnet('224.0.0.0', 4, 'ipv4');
NEVER.addAddress('255.255.255.255', 'ipv4');
NEVER.addAddress('100.100.100.200', 'ipv4');
NEVER.addAddress('168.63.129.16', 'ipv4');
NEVER.addAddress('::', 'ipv6');
NEVER.addSubnet('fe80::', 10, 'ipv6');
NEVER.addSubnet('ff00::', 8, 'ipv6');
NEVER.addAddress('fd00:ec2::254', 'ipv6');

/** IPv6 forms that carry an IPv4 address in their last 32 bits: NAT64 (RFC 6052), mapped and compatible ones (RFC 4291). */
const CARRIERS = new BlockList();
CARRIERS.addSubnet('64:ff9b::', 96, 'ipv6');
CARRIERS.addSubnet('::ffff:0:0', 96, 'ipv6');
CARRIERS.addSubnet('::', 96, 'ipv6');

/** Whether an address is one of those. */
export function isNever(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 4) return NEVER.check(plain, 'ipv4');
  if (family !== 6) return true;
  if (NEVER.check(plain, 'ipv6')) return true;
  // 6to4 (RFC 3056) carries it in bits 16 to 48.
  const words = wordsOf(plain);
  const carried = CARRIERS.check(plain, 'ipv6') ? words.slice(6) : words[0] === 0x2002 ? words.slice(1, 3) : undefined;
  if (carried === undefined || plain === '::1') return false;
  const [high = 0, low = 0] = carried;
  return NEVER.check([high >> 8, high & 255, low >> 8, low & 255].join('.'), 'ipv4');
}

/** The eight 16-bit words of an IPv6 address; the URL parser knows all its spellings. */
function wordsOf(address: string): number[] {
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = text.split('::');
  const read = (part: string) => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)));
  const [first, last] = [read(head), read(tail ?? '')];
  return tail === undefined ? first : [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/** How a host is told that is a secret. */
export const SECRET_ADDRESS = 'The secret address';

/** Looks a name up; only tests put another in its place. */
export type Resolve = (host: string) => Promise<{ address: string; family: number }[]>;
const resolveAll: Resolve = (host) => systemLookup(host, { all: true, verbatim: true });

/**
 * Refuses a host that the plan does not name. Its addresses are judged when it is connected to, since they may change.
 *
 * @param network what the plan allows; without it, only the addresses are judged
 * @param shown how the host is told, where it is a secret
 * @throws StepError BAD_INPUT
 */
export function checkHost(host: string, port: number, network: NetworkPlan | undefined, shown = host): void {
  checkListed(host, port, network);
  if (network && !mayReach(host, port, network)) {
    const entry = entryFor(host, port, network.allow);
    throw new StepError('BAD_INPUT', `The host ${entry} does not stand in the plan, so it is not reached.`, {
      hint: `If it should be, name it in golive.yaml: network: { allow: ['${entry}'] }.`,
    });
  }
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) checkAddress(host.replace(/^\[|\]$/g, ''), host, port, network, shown);
}

/**
 * Refuses a host of a secret address: the plan cannot name it, but the runbook's own list can.
 *
 * @throws StepError BAD_INPUT, without the host
 */
export function checkSecretHost(host: string, port: number, network: NetworkPlan | undefined): void {
  checkListed(host, port, network, SECRET_ADDRESS);
  checkHost(host, port, undefined, SECRET_ADDRESS);
}

function checkListed(host: string, port: number, network: NetworkPlan | undefined, secret?: string): void {
  if (!network || allowsHost(host, port, network)) return;
  const entry = entryFor(host, port, network.only ?? []);
  throw new StepError(
    'BAD_INPUT',
    `${secret ?? `The host ${entry}`} does not stand in the runbook's list \`allow.hosts\`, so it is not reached.`,
    { hint: `If it should be, add it to the runbook: allow: { hosts: [${secret ? 'host' : `'${entry}'`}] }.` },
  );
}

function checkAddress(
  address: string,
  host: string,
  port: number,
  network: NetworkPlan | undefined,
  shown: string,
): void {
  if (!isNever(address) || listed(host, port, network?.allow ?? [])) return;
  const what = shown !== host ? shown : address === host ? address : `${host} (${address})`;
  throw new StepError('BAD_INPUT', `${what} is an address that steps never reach: link-local, metadata or multicast.`, {
    hint: 'If it must be, name it in golive.yaml: network: { allow: [host] }.',
  });
}

/** A lookup for `connect`: each name is resolved once and judged, and what was judged is what is connected to. */
export function judgedLookup(
  port: number,
  network: NetworkPlan | undefined,
  { resolve = resolveAll, shown }: { resolve?: Resolve | undefined; shown?: string | undefined } = {},
): LookupFunction {
  return (host, options, callback) => {
    resolve(host)
      .then((addresses) => {
        for (const { address } of addresses) checkAddress(address, host, port, network, shown ?? host);
        const wanted =
          options.family === 4 || options.family === 6
            ? addresses.filter(({ family }) => family === options.family)
            : addresses;
        const [first] = wanted;
        if (!first) throw Object.assign(new Error(`no address of ${host}`), { code: 'ENOTFOUND' });
        if (options.all) callback(null, wanted);
        else callback(null, first.address, first.family);
      })
      .catch((error: NodeJS.ErrnoException) => callback(error, '', 0));
  };
}
