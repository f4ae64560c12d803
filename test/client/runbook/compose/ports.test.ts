import { expect, test } from '@jest/globals';
import { publishedPorts } from '../../../../client/runbook/compose/ports.js';

const values = new Map([
  ['PORT', '9000'],
  ['BIND', '10.0.0.7:81:80'],
]);
const port = (one: unknown) =>
  publishedPorts([one], values).map(({ host, port: outside, target, protocol }) => [host, outside, target, protocol]);

test.each<[unknown, unknown[]]>([
  ['8000:80', [undefined, 8000, 80, 'tcp']],
  ['127.0.0.1:8000:80', [undefined, 8000, 80, 'tcp']],
  ['0.0.0.0:8000:80/tcp', [undefined, 8000, 80, 'tcp']],
  ['[::1]:8000:80', [undefined, 8000, 80, 'tcp']],
  ['[fd00::7]:8000:80', ['fd00::7', 8000, 80, 'tcp']],
  ['10.0.0.7:8000:80', ['10.0.0.7', 8000, 80, 'tcp']],
  ['53:53/UDP', [undefined, 53, 53, 'udp']],
  ['8000-8002:80-82', [undefined, 8000, 80, 'tcp']],
  ['${PORT}:80', [undefined, 9000, 80, 'tcp']],
  ['${NONE:-7000}:${NONE:-80}', [undefined, 7000, 80, 'tcp']],
  ['${NONE:-127.0.0.1}:8000:80', [undefined, 8000, 80, 'tcp']],
  ['${NONE}:80', [undefined, undefined, 80, 'tcp']],
  ['${BIND}', ['10.0.0.7', 81, 80, 'tcp']],
  [{ target: 80, published: 8000 }, [undefined, 8000, 80, 'tcp']],
  [
    { target: '80', published: '${PORT}', host_ip: '10.0.0.7', protocol: 'udp', mode: 'host' },
    ['10.0.0.7', 9000, 80, 'udp'],
  ],
])('%j is published', (one, expected) => {
  expect(port(one)).toEqual([expected]);
});

test.each<[unknown]>([
  ['80'],
  [80],
  ['127.0.0.1::80'],
  ['x:80'],
  ['8000:x'],
  ['0:80'],
  ['70000:80'],
  [{ target: 80 }],
  [null],
  [['a']],
  ['${NONE}'],
  [''],
])('%j is no port that a check could know', (one) => {
  expect(port(one).filter(([, outside]) => outside !== undefined)).toEqual([]);
});
