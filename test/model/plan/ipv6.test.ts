import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { ipv6 } from '../../../model/plan/ipv6.js';
import { hostAndPort, mayReach } from '../../../model/plan/reach.js';

/** What the URL parser of this system makes of it. */
function byUrl(text: string): string | undefined {
  try {
    return new URL(`http://[${text}]`).hostname.slice(1, -1);
  } catch {
    return undefined;
  }
}

const word = fc.oneof(
  fc.constantFrom('0', '00', '0000', '1', '01', 'A', 'fF', '12345', 'g', ''),
  fc.nat(0xffff).map((one) => one.toString(16)),
);
const written = fc
  .tuple(
    fc.array(word, { maxLength: 9 }),
    fc.constantFrom('', '::', ':'),
    fc.array(word, { maxLength: 6 }),
    fc.oneof(
      fc.constant(''),
      fc.ipV4().map((one) => `:${one}`),
    ),
  )
  .map(([head, middle, tail, end]) => `${head.join(':')}${middle}${tail.join(':')}${end}`);

test('every text is the address that the URL parser makes of it, or none', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        written,
        fc.ipV6(),
        fc.constantFrom('::', '::1', '1::', ':', ':::', '::1.2.3.4', '::01.2.3.4', '::256.1.1.1', '1.2.3.4'),
      ),
      (text) => {
        expect(ipv6(text)).toBe(byUrl(text));
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([
  '1:0:0:2:0:0:3:4',
  '0:0:1:0:0:0:2:3',
  '1:0:2:0:3:0:4:0',
  '0:0:0:1:0:0:0:0',
  '::ffff:1.2.3.4',
  '64:FF9B::01.2.3.4',
])('the same run of zeros is shortened as by the URL parser: %s', (text) => expect(ipv6(text)).toBe(byUrl(text)));

test.each(['[::1]', '::1', '[0:0::1]', '0:0:0:0:0:0:0:1', '[0000::0001]:80', '::0.0.0.1', 'http://[0:0::1]:80/x'])(
  '%s of a list is the host ::1 of a plan, and of a worker',
  (entry) => {
    expect(hostAndPort(entry).host).toBe('::1');
    expect(mayReach('[::1]', 80, { hosts: [], allow: [entry], only: [entry] })).toBe(true);
    expect(mayReach('0:0::1', 80, { hosts: ['::1'], allow: [], only: [entry] })).toBe(true);
    expect(mayReach('::2', 80, { hosts: ['::2'], allow: [], only: [entry] })).toBe(false);
  },
);
