import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stepKinds } from '../../kinds/catalog.js';
import { loadRunbook } from '../../model/schema/load.js';
import { Project } from '../kits/cli.js';
import { APP_WORD, startPostgres, type TestDatabase } from '../kits/databases.js';
import { blocksOf, commandsOf } from '../kits/doc-blocks.js';
import { runCommands } from '../kits/doc-run.js';
import { portOf } from '../kits/port.js';
import { programAt } from '../kits/program.js';
import { PROMETHEUS, startPrometheus, type TestPrometheus } from '../kits/prometheus.js';

const PAGE = 'docs/howto-figures.md';
const missing = [PROMETHEUS === undefined ? 'prometheus' : '', programAt('psql') === undefined ? 'psql' : ''];
const gone = missing.filter((name) => name !== '').join(' and no ');
const suite = gone === '' ? describe : describe.skip;

const timeless = (line: string): string =>
  line
    .replaceAll(/T\+\d+:\d\d:\d\d/g, 'T+')
    .replaceAll(/\s+/g, ' ')
    .trim();

suite(`${PAGE}${gone === '' ? '' : ` (not run: no ${gone})`}`, () => {
  let project: Project;
  let prometheus: TestPrometheus;
  let database: TestDatabase;
  let shop: Server;
  /** A text of the page, with the ports of this test. */
  const here = (text: string): string =>
    text
      .replaceAll('127.0.0.1:9090', prometheus.url.replace('http://', ''))
      .replaceAll('127.0.0.1:8000', `127.0.0.1:${portOf(shop)}`)
      .replaceAll('127.0.0.1:5432', `127.0.0.1:${database.port}`)
      .replaceAll('port: 5432', `port: ${database.port}`);

  beforeAll(async () => {
    project = await Project.open();
    [prometheus, database] = await Promise.all([startPrometheus(), startPostgres()]);
    let requests = 0;
    prometheus.says(() => {
      requests += 100;
      return `http_requests_total{code="200"} ${requests}\nhttp_requests_total{code="503"} ${requests / 1000}\n`;
    });
    shop = createServer((request, response) => {
      const body = { queue: { waiting: 3 }, routes: [{ p95: 90 }, { p95: 180 }] };
      const status = request.headers.authorization === 'shop-token' ? 200 : 401;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    await database.owner(
      'GRANT CREATE ON SCHEMA public TO app',
      'CREATE TABLE orders (id int PRIMARY KEY)',
      'INSERT INTO orders VALUES (1), (2), (3)',
      'CREATE TABLE schema_version (version int PRIMARY KEY)',
      'ALTER TABLE orders OWNER TO app',
      'ALTER TABLE schema_version OWNER TO app',
    );
    await prometheus.has('rate(http_requests_total{code="503"}[1m])');
    for (const { file, text } of blocksOf(PAGE)) if (file) writeFileSync(join(project.folder, file), here(text));
    Object.assign(process.env, { SHOP_DB_PASSWORD: APP_WORD, PGPASSWORD: APP_WORD, SHOP_TOKEN: 'shop-token' });
  }, 120_000);
  afterAll(async () => {
    for (const name of ['SHOP_DB_PASSWORD', 'PGPASSWORD', 'SHOP_TOKEN']) Reflect.deleteProperty(process.env, name);
    await project?.close();
    await Promise.all([prometheus?.end(), database?.end()]);
    shop?.close();
  }, 60_000);

  test('its runbook validates', () => {
    const text = blocksOf(PAGE).find(({ file }) => file === 'figures.yaml')?.text ?? '';
    expect(loadRunbook(text, 'figures.yaml', stepKinds).problems ?? []).toEqual([]);
  });

  test('every command ends as the page says, and prints what the page shows', async () => {
    const commands = commandsOf(PAGE).map((command) => ({ ...command, line: here(command.line) }));
    expect(commands.length).toBeGreaterThan(8);
    const { code, said } = await runCommands(project, commands);
    expect([code, said.slice(-6000)]).toEqual([0, said.slice(-6000)]);
    const printed = said.split('\n').map(timeless);
    const shown = blocksOf(PAGE).filter(({ language }) => language === 'text');
    for (const line of shown.flatMap(({ text }) => text.trimEnd().split('\n')))
      expect(printed).toContain(timeless(here(line)));
    expect(said).not.toContain(APP_WORD);
  }, 240_000);
});
