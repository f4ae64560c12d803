import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Format, Omit } from '../../../kinds/security/component.js';
import { readComponents } from '../../../kinds/security/components.js';

const reading = (text: string, format: Format, omit?: Omit[]) =>
  readComponents(Buffer.from(text), format, 'The list', omit);
const lock = (packages: object, lockfileVersion = 3): string => JSON.stringify({ lockfileVersion, packages });
const bom = (components: object[], more: object = {}): string =>
  JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components, ...more });
const digest = (algorithm: string, text = 'x'): string =>
  `${algorithm}-${createHash(algorithm).update(text).digest('base64')}`;
const hash = { integrity: digest('sha512') };
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

describe('package-lock.json', () => {
  test('names, aliases, folders within folders; the project, workspaces and links are none of them', () => {
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

  test.each<[string, object, boolean]>([
    ['sha512', { integrity: digest('sha512') }, true],
    ['sha256, with an option', { integrity: `${digest('sha256')}?x` }, true],
    ['sha1 and sha512', { integrity: `${digest('sha1')} ${digest('sha512')}` }, true],
    ['no integrity', {}, false],
    ['an empty one', { integrity: '' }, false],
    ['one that is none', { integrity: 'x' }, false],
    ['sha1 alone', { integrity: digest('sha1') }, false],
    ['md5 alone', { integrity: digest('md5') }, false],
    ['half a digest', { integrity: digest('sha512').slice(0, 40) }, false],
    ['a digest of another length', { integrity: digest('sha1').replace('sha1', 'sha512') }, false],
    ['git, a commit', { resolved: `git+ssh://git@h.test/x/y.git#${COMMIT}` }, true],
    ['git, a commit over https', { resolved: `git+https://h.test/x/y.git#${COMMIT}` }, true],
    ['git, a branch', { resolved: 'git+ssh://git@h.test/x/y.git#main' }, false],
    ['git, a range', { resolved: 'git+ssh://git@h.test/x/y.git#semver:^1.0.0' }, false],
    ['git, half a commit', { resolved: `git+ssh://git@h.test/x/y.git#${COMMIT.slice(0, 12)}` }, false],
    ['git, the last of it', { resolved: 'git+ssh://git@h.test/x/y.git' }, false],
    ['an archive at an address', { resolved: 'http://h.test/y.tgz' }, false],
    ['an archive at an address that ends like a commit', { resolved: `https://h.test/y.tgz#${COMMIT}` }, false],
    ['an archive at an address, by its hash', { resolved: 'http://h.test/y.tgz', ...hash }, true],
    ['bundled by nobody', { inBundle: true }, false],
  ])('pinned: %s', (_, more, pinned) => {
    const { unpinned } = reading(lock({ 'node_modules/y': { version: '1.0.0', ...more } }), 'npm');
    expect(unpinned).toEqual(pinned ? [] : ['y@1.0.0']);
  });

  test('what is bundled is held with its bundle, and not with a bundle that nothing holds', () => {
    const inner = { version: '1.0.0', inBundle: true };
    const { unpinned } = reading(
      lock({
        'node_modules/held': { version: '1.0.0', ...hash },
        'node_modules/held/node_modules/a': inner,
        'node_modules/held/node_modules/a/node_modules/b': inner,
        'node_modules/loose': { version: '1.0.0' },
        'node_modules/loose/node_modules/c': inner,
        'packages/ours': { version: '1.0.0' },
        'packages/ours/node_modules/d': inner,
      }),
      'npm',
    );
    expect(unpinned).toEqual(['loose@1.0.0', 'c@1.0.0', 'd@1.0.0']);
  });

  test('folders of the project are said: its workspaces, and others that are linked; a link out of it is not held', () => {
    const { components, local, unpinned } = reading(
      lock({
        '': { name: 'ours', workspaces: ['packages/*', '!packages/old'] },
        'node_modules/@ours/a': { resolved: 'packages/a', link: true },
        'node_modules/evil': { resolved: 'vendor/evil', link: true },
        'node_modules/up': { resolved: '../up', link: true },
        'node_modules/gone': { resolved: 'packages/gone', link: true },
        'node_modules/nowhere': { link: true },
        'packages/a': { name: '@ours/a', version: '1.0.0' },
        'packages/old': { version: '0.1.0' },
        'vendor/evil': { version: '6.6.6', license: 'AGPL-3.0-only' },
        '../up': { version: '1.0.0' },
      }),
      'npm',
    );
    expect([components, local]).toEqual([
      [],
      [
        { name: '@ours/a', version: '1.0.0', path: 'packages/a', workspace: true },
        { name: 'old', version: '0.1.0', path: 'packages/old', workspace: false },
        { name: 'evil', version: '6.6.6', path: 'vendor/evil', workspace: false, licence: 'AGPL-3.0-only' },
      ],
    ]);
    expect(unpinned).toEqual([
      'up@link to ../up',
      'gone@link to packages/gone',
      'nowhere@link to nowhere',
      'up@folder ../up',
    ]);
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
    --hash=sha256:${'a'.repeat(64)} \\
    --hash=sha256:${'b'.repeat(64)}
zope.interface[extra]==6.0 ; python_version >= "3.8" --hash=sha512:${'c'.repeat(128)}  # why
weak==1.0 --hash=md5:${'d'.repeat(32)}
short==1.0 --hash=sha256:aa
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
    ['weak', '1.0', false],
    ['short', '1.0', false],
    ['requests', '2.31.0', false],
  ]);
  expect(unpinned).toEqual([
    `weak==1.0 --hash=md5:${'d'.repeat(32)}`,
    'short==1.0 --hash=sha256:aa',
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
