import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { freePort } from '../../lab/kit/ports.js';
import { portOf } from './port.js';
import { type Program, programAt, programFolder, startProgram } from './program.js';
import { eventually } from './until.js';

/** A Prometheus that looks at an exporter of the test's own, each second. */
export interface TestPrometheus {
  url: string;
  /** What the exporter, of the job `shop`, says from now on, as Prometheus text; nothing: it is down. */
  says(text: string | (() => string) | undefined): void;
  /** Waits until a query gives a series. */
  has(query: string): Promise<void>;
  end(): Promise<void>;
}

export const PROMETHEUS = programAt('prometheus');

async function startExporter(): Promise<{ server: Server; port: number; says: TestPrometheus['says'] }> {
  let text: Parameters<TestPrometheus['says']>[0] = '';
  const server = createServer((_, response) => {
    if (text === undefined) response.destroy();
    else
      response
        .writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
        .end(typeof text === 'string' ? text : text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    port: portOf(server),
    says: (next) => {
      text = next;
    },
  };
}

export async function startPrometheus(): Promise<TestPrometheus> {
  if (PROMETHEUS === undefined) throw new Error('There is no prometheus here.');
  const exporter = await startExporter();
  const folder = programFolder();
  const port = await freePort();
  const job = `{ job_name: shop, static_configs: [{ targets: ["127.0.0.1:${exporter.port}"] }] }`;
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs: [${job}]\n`,
  );
  const program: Program = startProgram(
    [
      PROMETHEUS,
      '--config.file=prometheus.yml',
      '--storage.tsdb.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    folder,
  );
  const url = `http://127.0.0.1:${port}`;
  const end = async (): Promise<void> => {
    exporter.server.closeAllConnections();
    exporter.server.close();
    await program.end();
  };
  try {
    await eventually('prometheus is ready', 20_000, async () => (await fetch(`${url}/-/ready`)).ok);
  } catch (error) {
    const said = program.said();
    await end();
    throw new Error(`prometheus did not start: ${said}`, { cause: error });
  }
  const has = async (query: string): Promise<void> => {
    await eventually(`${query} gives a series`, 20_000, async () => {
      const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query }).toString()}`);
      return /"result":\[\{/.test(await answer.text());
    });
  };
  return { url, says: exporter.says, has, end };
}
