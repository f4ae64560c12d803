import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import { foundIn, innocentRepository, LETTERS, search, token, TOKEN } from '../../kits/secret-search.js';
import { commitAll, git } from '../../kits/small-repository.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

stepKit('security.secrets', {
  good: (folder) => ({ folder: innocentRepository(folder) }),
  bad: () => ({ folder: '.' }),
  badCode: 'NOT_FOUND',
  after: (folder) => rmSync(join(folder, 'repo'), { recursive: true, force: true }),
});

describe('what is found', () => {
  test.each<[string, string, string]>([
    ['AWS key id', 'aws-key-id', `id = "${['AKIA', 'Z7QJ4XK2M5TPW3NV'].join('')}"`],
    ['AWS secret', 'aws-secret', `AWS_SECRET_ACCESS_KEY=${['wJalrXUtnFEMI/K7MDENG/bPxRfiCY', 'zz12Key9xx'].join('')}`],
    ['GitHub token', 'github-token', `run(${JSON.stringify(TOKEN)})`],
    ['Slack token', 'slack-token', ['xoxb', '123456789012', LETTERS.slice(0, 24)].join('-')],
    [
      'Slack webhook',
      'slack',
      ['https://hooks.slack.com', 'services', 'T01234567', 'B01234567', LETTERS.slice(0, 24)].join('/'),
    ],
    [
      'Telegram token',
      'telegram-token',
      `https://api.telegram.org/bot${['123456789', `AA${LETTERS.slice(0, 33)}`].join(':')}/x`,
    ],
    [
      'private key',
      'private-key',
      ['-----BEGIN', ` RSA PRIVATE KEY-----\n${LETTERS}${LETTERS}\n-----END`, ' RSA PRIVATE KEY-----'].join(''),
    ],
    ['password in an address', 'password-in-address', ['postgres://app:', 's3cr3t-pw', '@db/x'].join('')],
    ['password in code', 'assigned-secret', ['const dbPassword = ', "'s3cr3t-pw'"].join('')],
    ['password in JSON', 'assigned-secret', ['{"db_password": ', '"s3cr3t-pw"}'].join('')],
    ['key in YAML', 'assigned-secret', ['  api_key: ', 's3cr3tpw'].join('')],
    ['token in dotenv', 'assigned-secret', ['export SESSION_TOKEN=', 's3cr3t-pw # new'].join('')],
    ['password in a table', 'assigned-secret', ["config['password'] = ", '"s3cr3t-pw"'].join('')],
    [
      'connection string of a storage',
      'connection-string',
      ['AccountName=x;AccountKey=', `${LETTERS}a/b+==;EndpointSuffix=core`].join(''),
    ],
    [
      'connection string of a database',
      'connection-string',
      ['"Server=db;User Id=app;Password=', 's3cr3t-pw"'].join(''),
    ],
    ['name and value as attributes', 'assigned-secret', ['<add key="DbPassword" value=', '"s3cr3t-pw"/>'].join('')],
    ['user of a command', 'user-of-command', ['curl -s -u admin:', 's3cr3t-pw https://db.example'].join('')],
    ['user of a command, quoted', 'user-of-command', ["curl --user 'admin:", "s3cr3t-pw' https://db.example"].join('')],
  ])('%s', async (_, rule, text) => {
    const repo = innocentRepository();
    writeFileSync(join(repo, 'planted.txt'), `first\nsecond\n${text}\nlast\n`);
    const run = await search(repo);
    expect(passed(run).outputs).toMatchObject({ findings: 1, tree: 1, history: 0, dirty: true });
    expect(foundIn(run)).toMatchObject([{ rule, path: 'planted.txt', line: 3, commit: 'none' }]);
  });

  test('what only stands for a value is none', async () => {
    const repo = innocentRepository();
    const lines = [
      "const password = '${PASSWORD1}';",
      'password: ${{ secrets.DB_PASSWORD_1 }}',
      'DB_PASSWORD=$DB_PASSWORD_1',
      'api_key: "<your-key-1>"',
      'token: "{{token1}}"',
      "password: '********1'",
      'const token = readToken(1234567);',
      'let password: string;',
      'const secret = config.secrets.first1;',
      '`postgres://app:${PASSWORD}@db/x` and postgres://app:<password>@db/x',
      'tokens: 12345678',
      '"passwordLabel": "Password"',
    ];
    writeFileSync(join(repo, 'innocent.txt'), lines.join('\n'));
    expect(foundIn(await search(repo))).toEqual([]);
  });
});

test('what is not read is counted, and what is no plain file is looked at as what it is', async () => {
  const folder = temporaryFolder();
  const repo = innocentRepository(folder);
  writeFileSync(join(folder, 'outside.txt'), TOKEN);
  symlinkSync('../outside.txt', join(repo, 'link'));
  symlinkSync(`/${token(1)}`, join(repo, 'telling'));
  writeFileSync(join(repo, 'large.bin'), Buffer.alloc(2000, 'a'));
  writeFileSync(join(repo, 'wide.txt'), Buffer.from(`x ${token(2)} y\n`, 'utf16le'));
  writeFileSync(join(repo, '.gitignore'), '*.secret\n');
  writeFileSync(join(repo, 'local.secret'), token(3));
  writeFileSync(join(repo, 'kept.secret'), token(4));
  git(repo, 'add', '-f', 'kept.secret');
  git(
    repo,
    '-c',
    'protocol.file.allow=always',
    'submodule',
    '--quiet',
    'add',
    innocentRepository(temporaryFolder()),
    'module',
  );
  commitAll(repo, 'all');
  const run = await search(repo, { largest: 1024 });
  // Of the work tree the large file and the submodule, of the history the large content.
  expect(passed(run).outputs).toMatchObject({ findings: 3, tree: 3, history: 3, skipped: 3, binary: 1 });
  expect(foundIn(run).map(({ path }) => path)).toEqual(['kept.secret', 'telling', 'wide.txt']);
  const skipped = readFileSync(join(run.folder, 'skipped.csv'), 'utf8');
  for (const words of ['large.bin,"has 2000 bytes, and 1024 are read"', 'module,is a submodule']) {
    expect(skipped).toContain(words);
  }
});

test('a file that only this clone leaves out (.git/info/exclude) is looked through, and makes the tree dirty', async () => {
  const repo = innocentRepository();
  mkdirSync(join(repo, '.git', 'info'), { recursive: true });
  writeFileSync(join(repo, '.git', 'info', 'exclude'), 'hidden.txt\n');
  writeFileSync(join(repo, 'hidden.txt'), TOKEN);
  expect(passed(await search(repo)).outputs).toMatchObject({ findings: 1, tree: 1, scannedFiles: 2, dirty: true });
});

test('what the go-live itself leaves in the work tree is no part of the code', async () => {
  const repo = innocentRepository();
  const run = await runStep('security.secrets', { folder: '.' }, { goLive: { baseDir: repo } });
  expect(passed(run).outputs).toMatchObject({ findings: 0, scannedFiles: 1 });
});

describe('reviewed secrets', () => {
  const entry = { reason: 'A token that was revoked.', by: 'Sam' };

  test('an entry holds wherever in its file and in the history the secret stands, until its last day', async () => {
    const repo = innocentRepository();
    writeFileSync(join(repo, 'a.txt'), TOKEN);
    const [first] = foundIn(await search(repo));
    const id = first?.id ?? '';
    writeFileSync(join(repo, 'a.txt'), `moved\n${TOKEN}\n`);
    commitAll(repo, 'moved');
    const known = join(repo, '..', 'known.json');
    const withEntries = async (entries: object[]) => {
      writeFileSync(known, JSON.stringify(entries));
      const run = await search(repo, { baseline: known });
      const read = (name: string) =>
        name === 'baseline.json' || name === 'search.json' ? readFileSync(join(run.folder, name)) : undefined;
      const { outputs } = passed(run);
      expect(await recomputeOutputs('security.secrets', { folder: repo, baseline: known }, read)).toEqual(outputs);
      return outputs;
    };
    expect(await withEntries([{ id, ...entry }])).toMatchObject({
      findings: 0,
      tree: 0,
      history: 0,
      accepted: 1,
      expired: 0,
      stale: 0,
    });
    expect(await withEntries([{ id, ...entry, until: '2020-01-01' }])).toMatchObject({ findings: 1, expired: 1 });
    expect(await withEntries([{ id: '0'.repeat(16), ...entry }])).toMatchObject({ findings: 1, accepted: 0, stale: 1 });
    writeFileSync(join(repo, 'b.txt'), TOKEN);
    expect(await withEntries([{ id, ...entry }])).toMatchObject({ findings: 1, tree: 1, history: 0, accepted: 1 });
    writeFileSync(join(repo, 'b.txt'), '');
    writeFileSync(join(repo, 'a.txt'), token(9));
    expect(await withEntries([{ id, ...entry }])).toMatchObject({ findings: 1, tree: 1, accepted: 1 });
  });

  test('a baseline that is none is refused', async () => {
    const repo = innocentRepository();
    writeFileSync(join(repo, 'known.json'), '{}');
    expect(failed(await search(repo, { baseline: join(repo, 'known.json') }))).toMatchObject({ code: 'BAD_INPUT' });
  });

  test('an auditor counts by what was found, not by what was told', async () => {
    const repo = innocentRepository();
    const run = await search(repo);
    const more = { id: 'a'.repeat(16), rule: 'r', path: 'p', line: 1, commit: 'none', tree: true, history: false };
    const written = z
      .record(z.string(), z.json())
      .parse(JSON.parse(readFileSync(join(run.folder, 'search.json'), 'utf8')));
    const read = (name: string) =>
      name === 'search.json' ? Buffer.from(JSON.stringify({ ...written, found: [more] })) : undefined;
    expect(await recomputeOutputs('security.secrets', { folder: repo }, read)).toMatchObject({ findings: 1, tree: 1 });
    expect(passed(await search(repo)).outputs).toMatchObject({ findings: 0 });
  });
});
