import { describe, expect, test } from '@jest/globals';
import { type Format, type Omit, readComponents } from '../../../kinds/security/components.js';

const reading = (text: string, format: Format, omit?: Omit[]) =>
  readComponents(Buffer.from(text), format, 'The list', omit);
const lock = (packages: object, lockfileVersion = 3): string => JSON.stringify({ lockfileVersion, packages });
const bom = (components: object[], more: object = {}): string =>
  JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components, ...more });
const hash = { integrity: 'sha512-x' };

describe('package-lock.json', () => {
  test('names, aliases, folders within folders; the project, workspaces and links are none', () => {
    const { components, unpinned, leftOut } = reading(
      lock({
        '': { name: 'ours', version: '1.0.0' },
        'packages/a': { name: '@ours/a', version: '1.0.0' },
        'node_modules/@ours/a': { resolved: 'packages/a', link: true },
        'node_modules/@s/b': { version: '2.0.0', license: 'MIT', ...hash },
        'node_modules/@s/b/node_modules/c': { version: '3.0.0', inBundle: true },
        'node_modules/other': { name: 'real', version: '4.0.0', ...hash },
        'node_modules/git': { version: '5.0.0', resolved: 'git+ssh://git@h/x.git#0123' },
        'node_modules/__proto__': { version: '6.0.0', ...hash },
      }),
      'npm',
    );
    expect(components.map(({ name, version, alias, licence }) => [name, version, alias, licence])).toEqual([
      ['@s/b', '2.0.0', undefined, 'MIT'],
      ['c', '3.0.0', undefined, undefined],
      ['real', '4.0.0', 'other', undefined],
      ['git', '5.0.0', undefined, undefined],
      ['__proto__', '6.0.0', undefined, undefined],
    ]);
    expect([unpinned, leftOut]).toEqual([['git@5.0.0'], 0]);
  });

  test.each<[Omit[], string[]]>([
    [[], ['all', 'both', 'dev', 'opt']],
    [['dev'], ['all', 'both', 'opt']],
    [['optional'], ['all', 'both', 'dev']],
    [['dev', 'optional'], ['all']],
  ])('left out: %j', (omit, names) => {
    const text = lock({
      'node_modules/all': { version: '1.0.0', ...hash },
      'node_modules/both': { version: '1.0.0', devOptional: true, ...hash },
      'node_modules/dev': { version: '1.0.0', dev: true, ...hash },
      'node_modules/opt': { version: '1.0.0', optional: true, ...hash },
    });
    const { components, leftOut } = reading(text, 'npm', omit);
    expect([components.map(({ name }) => name), leftOut]).toEqual([names, 4 - names.length]);
  });
});

test('requirements.txt: what is pinned by version and hash, and what is not', () => {
  const text = `# comment
--index-url https://example.org/simple
Flask_Login==0.6.3 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
zope.interface[extra]==6.0 ; python_version >= "3.8" --hash=sha256:cc  # why
requests==2.31.0
urllib3>=1.26
-r others.txt
-e .
git+https://example.org/x.git
star==1.*
`;
  const { components, unpinned } = reading(text, 'requirements');
  expect(components.map(({ name, version, pinned }) => [name, version, pinned])).toEqual([
    ['flask-login', '0.6.3', true],
    ['zope-interface', '6.0', true],
    ['requests', '2.31.0', false],
  ]);
  expect(unpinned).toEqual([
    'requests==2.31.0',
    'urllib3>=1.26',
    '-r others.txt',
    '-e .',
    'git+https://example.org/x.git',
    'star==1.*',
  ]);
});

test('CycloneDX: by package URL, else by group and name; licences; parts within parts', () => {
  const { components, unpinned } = reading(
    bom([
      { name: 'x', version: '9', purl: 'pkg:npm/%40s/b@2.0.0?vcs_url=x#sub', licenses: [{ license: { id: 'MIT' } }] },
      { group: '@s', name: 'c', version: '1', licenses: [{ expression: 'MIT OR ISC' }, { license: { name: 'Ours' } }] },
      { name: 'outer', version: '1', components: [{ name: 'Inner_x', version: '2', purl: 'pkg:pypi/Inner_x@2' }] },
      { name: 'no-version' },
    ]),
    'cyclonedx',
  );
  expect(components.map(({ name, version, type, licence }) => [name, version, type, licence])).toEqual([
    ['@s/b', '2.0.0', 'npm', 'MIT'],
    ['@s/c', '1', undefined, '(MIT OR ISC) AND (Ours)'],
    ['outer', '1', undefined, undefined],
    ['inner-x', '2', 'pypi', undefined],
  ]);
  expect(unpinned).toEqual(['no-version']);
});

test.each<[string, Format, string, string]>([
  ['an empty lock file', 'npm', lock({ '': {} }), 'lists no component'],
  ['an old lock file', 'npm', JSON.stringify({ lockfileVersion: 1, dependencies: {} }), 'it must be 2 or 3'],
  ['half a lock file', 'npm', lock({}).slice(0, -4), 'cannot be used'],
  ['another JSON', 'npm', '[]', 'is no lock file of npm'],
  ['no requirement', 'requirements', '# nothing\n-i https://x\n', 'lists no component'],
  ['an SBOM of nothing', 'cyclonedx', bom([]), 'lists no component'],
  ['SPDX in place of CycloneDX', 'cyclonedx', '{"spdxVersion":"SPDX-2.3"}', 'is no CycloneDX'],
  ['words', 'cyclonedx', 'npm error', 'cannot be used'],
  ['nothing', 'cyclonedx', '', 'cannot be used'],
  ['bytes', 'cyclonedx', '\u0000', 'cannot be used'],
])('%s is refused', (_, format, text, words) => {
  expect(() => reading(text, format)).toThrow(words);
});
