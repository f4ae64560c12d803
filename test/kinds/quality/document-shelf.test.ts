import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { commitAll, git } from '../../kits/small-repository.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

describe('with a commit', () => {
  const committed = {
    '.gitignore': 'ignored*\n',
    'docs/a.md':
      '# A\n\n[b](b.md#here) [i](ignored.md) [u](unknown.md) [f](../src/) [r](/README.md) [out](../../x.md)\n',
    'docs/b.md': '# Here\n',
    'README.md': '# R\n',
    'src/a.js': '1\n',
  };

  async function looked(more: JsonObject, documents: JsonObject[], inFolder = '.') {
    const folder = temporaryFolder();
    write(folder, committed);
    symlinkSync('b.md', join(folder, 'docs/link.md'));
    git(folder, 'init', '--quiet', '-b', 'main');
    commitAll(folder, 'start');
    write(folder, { 'docs/ignored.md': '# I\n', 'docs/unknown.md': '# U\n', 'docs/b.md': '# Elsewhere\n' });
    const input = { documents, root: inFolder, ...more };
    return runStep('docs.check', input, { goLive: { baseDir: folder, folders: [folder] } });
  }

  test('documents and what they lead to are those of the commit, not what lies in the folder', async () => {
    const documents: JsonObject[] = [
      { path: 'docs/a.md' },
      { path: 'docs/b.md', needs: [{ heading: 'Here' }] },
      { path: 'docs/link.md' },
      { path: 'docs/ignored.md' },
      { path: 'docs/unknown.md' },
    ];
    const made = await looked({ commit: 'HEAD' }, documents);
    expect(passed(made).outputs).toMatchObject({ present: 3, missing: 2, thinDocuments: 0, links: 6, brokenLinks: 3 });
    expect(passed(made).outputs.findings).toEqual([
      'docs/a.md:3: the link ignored.md leads nowhere: there is no docs/ignored.md',
      'docs/a.md:3: the link unknown.md leads nowhere: there is no docs/unknown.md',
      'docs/a.md:3: the link ../../x.md leads nowhere: there is no ../x.md',
      'docs/ignored.md is not there',
      'docs/unknown.md is not there',
    ]);
    expect(readFileSync(join(made.folder, 'document-2.md'), 'utf8')).toBe('# Here\n');
    expect(passed(await looked({}, documents)).outputs).toMatchObject({ missing: 0, thinDocuments: 1 });
  });

  test('links of a folder of the repository begin there', async () => {
    const made = await looked(
      { commit: 'HEAD', links: false },
      [{ path: 'docs/b.md', needs: [{ heading: 'Here' }] }],
      'docs',
    );
    expect(passed(made).outputs).toMatchObject({ missing: 0, thinDocuments: 0 });
  });

  test('no such commit, and no repository', async () => {
    expect(failed(await looked({ commit: 'gone' }, [{ path: 'docs/a.md' }])).message).toContain('has no commit gone');
    const folder = temporaryFolder();
    write(folder, { 'a.md': '# A\n' });
    const input = { documents: [{ path: 'a.md' }], commit: 'HEAD' };
    const made = await runStep('docs.check', input, { goLive: { baseDir: folder, folders: [folder] } });
    expect([failed(made).code, failed(made).message]).toEqual([
      'NOT_FOUND',
      expect.stringContaining('no git repository'),
    ]);
  });
});
