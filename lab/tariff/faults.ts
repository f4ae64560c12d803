import type { NamedFault } from '../kit/options.js';

/** What a fault changes in the service, or in its repository before it is committed. */
export interface TariffFault extends NamedFault {
  /** What the service itself does wrong: `slow=<ms>`, `errors=<share>`, `frozen-metrics`. */
  breaks?: string;
  /** The commit that the service says that it is of. */
  says?: string;
  /** Nobody starts it again. */
  once?: boolean;
  /** Texts that are put into files, by path; `''` removes a file. */
  writes?: Record<string, string>;
  /** Texts that are replaced in files. */
  replaces?: { file: string; from: string; to: string }[];
  /** What an earlier commit held, and a later one took away. */
  history?: Record<string, string>;
  /** What lies in the work tree and was never committed. */
  uncommitted?: Record<string, string>;
}

export const SOUND: TariffFault = { id: 'none', summary: 'Nothing is broken.' };

/** Made of two halves, so that no scanner takes this file for a leak. */
const KEY = ['AKIA', 'Q7ZTX2KDN4WVR3PJ'].join('');
const SECRET = ['wJ4rXUtnFEMIk7MDENGbPx', 'RfiCYzzLm9Tq2Vd8Ks'].join('/');
const LEAK = `export const access = { key: '${KEY}', secret: '${SECRET}' };\n`;

export const FAULTS: readonly TariffFault[] = [
  { id: 'slow-endpoint', summary: 'Every answer takes a quarter of a second longer.', breaks: 'slow=250' },
  { id: 'errors', summary: 'Two of a hundred requests end with 500.', breaks: 'errors=0.02' },
  { id: 'no-respawn', summary: 'Nobody starts the service again when it ends.', once: true },
  { id: 'secret-in-tree', summary: 'A key of a cloud stands in a source file.', writes: { 'src/access.js': LEAK } },
  {
    id: 'secret-in-history',
    summary: 'A key of a cloud was committed, and taken away by the next commit.',
    history: { 'src/access.js': LEAK },
  },
  {
    id: 'vulnerable-pattern',
    summary: 'A source file runs what a request says.',
    writes: {
      'src/rule.js': '/** A discount by a rule of the customer. */\nexport const discount = (rule) => eval(rule);\n',
    },
  },
  {
    id: 'coverage-lowered',
    summary: 'The tests of prices are gone.',
    writes: {
      'test/price.test.js': '',
      'test/quote.test.js':
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { quote } from '../src/quote.js';\n\ntest('no JSON', () => assert.equal(quote('{').status, 400));\n",
    },
  },
  {
    id: 'tests-skipped',
    summary: 'Two tests are skipped.',
    replaces: ['too heavy', 'no weight'].map((name) => ({
      file: 'test/price.test.js',
      from: `test('${name}', `,
      to: `test('${name}', { skip: true }, `,
    })),
  },
  {
    id: 'collection-error',
    summary: 'A test file cannot be loaded, and all others pass.',
    writes: { 'test/islands.test.js': "import { islands } from '../src/islands.js';\n\nislands();\n" },
  },
  { id: 'metrics-frozen', summary: 'The counters of the service stand still.', breaks: 'frozen-metrics' },
  {
    id: 'slow-bootstrap',
    summary: 'The installation of a clean copy waits for something.',
    replaces: [
      {
        file: 'package.json',
        from: '"start":',
        to: '"postinstall": "node -e \\"setTimeout(() => undefined, 12000)\\"", "start":',
      },
    ],
  },
  {
    id: 'broken-link',
    summary: 'The quickstart leads to a page that is not there.',
    replaces: [{ file: 'docs/quickstart.md', from: '(architecture.md)', to: '(design.md)' }],
  },
  {
    id: 'thin-troubleshooting',
    summary: 'The page for troubles has no emergency procedures.',
    replaces: [{ file: 'docs/troubleshooting.md', from: '## Emergency procedures', to: '## More' }],
  },
  {
    id: 'licence',
    summary: 'A component has a licence that is not on the list.',
    replaces: [{ file: 'packages/zones/package.json', from: '"license": "MIT"', to: '"license": "AGPL-3.0-only"' }],
  },
  {
    id: 'test-asks-outside',
    summary: 'A test asks another machine.',
    writes: {
      // An address for documentation (RFC 5737): with a network nobody answers, and without one there is no way to it.
      'test/outside.test.js':
        "import assert from 'node:assert/strict';\nimport { connect } from 'node:net';\nimport { test } from 'node:test';\n\ntest('asks', async () => {\n  const said = await new Promise((done) => {\n    const socket = connect({ host: '192.0.2.1', port: 80, timeout: 1000 });\n    socket.on('error', ({ code }) => done(code)).on('timeout', () => done('timeout'));\n    socket.on('close', () => done('close')).on('connect', () => socket.destroy());\n  });\n  assert.notEqual(said, 'ENETUNREACH');\n});\n",
    },
  },
  { id: 'egress-open', summary: 'Nothing is broken; the tests may reach other machines.' },
  {
    id: 'hook-broken',
    summary: 'The pre-commit hook runs a script that nobody wrote.',
    replaces: [{ file: '.githooks/pre-commit', from: 'npm test', to: 'npm run lint' }],
  },
  { id: 'hook-gone', summary: 'There is no pre-commit hook.', writes: { '.githooks/pre-commit': '' } },
  {
    id: 'unwired',
    summary: 'A module of the service is used by nothing.',
    writes: { 'src/islands.js': 'export const islands = () => undefined;\n' },
  },
  { id: 'critical-path-lost', summary: 'Nothing is broken; a critical path is named that is not there.' },
  { id: 'left-out', summary: 'Nothing is broken; phases are left out.' },
  { id: 'other-commit', summary: 'The service says that it is of another commit.', says: '0'.repeat(40) },
  {
    id: 'dirty-tree',
    summary: 'The work tree is not what was committed.',
    uncommitted: { 'docs/status.md': '# Status\n\nVersion 1.4.1, nearly.\n' },
  },
];
