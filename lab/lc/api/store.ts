import { createHash } from 'node:crypto';
import pg from 'pg';
import type { InputDocument, Outcome } from '../rules/types.js';

const TABLES = `
CREATE TABLE IF NOT EXISTS cases (
  content_sha256 text PRIMARY KEY,
  case_id text NOT NULL,
  documents jsonb NOT NULL,
  seen integer NOT NULL DEFAULT 1,
  first_seen timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS results (
  id bigserial PRIMARY KEY,
  content_sha256 text NOT NULL REFERENCES cases,
  verdict text NOT NULL,
  structured_result jsonb NOT NULL,
  processing_ms double precision NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);`;

export class Store {
  readonly #pool: pg.Pool;

  constructor(url: string, onError: (error: Error) => void) {
    this.#pool = new pg.Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 3000 });
    this.#pool.on('error', onError);
  }

  async ping(): Promise<void> {
    await this.#pool.query('SELECT 1');
  }

  async createTables(): Promise<void> {
    await this.#pool.query(TABLES);
  }

  /** Records a case by content. @returns its key, and how often this content was seen, this time included. */
  async seen(caseId: string, documents: readonly InputDocument[]): Promise<{ key: string; times: number }> {
    const content = JSON.stringify(documents);
    const key = createHash('sha256').update(content).digest('hex');
    const result = await this.#pool.query<{ seen: number }>(
      `INSERT INTO cases (content_sha256, case_id, documents) VALUES ($1, $2, $3)
       ON CONFLICT (content_sha256) DO UPDATE SET seen = cases.seen + 1 RETURNING seen`,
      // Postgres text holds no NUL; a document may.
      [key, caseId.replaceAll('\0', ''), content.replaceAll('\\u0000', '')],
    );
    return { key, times: result.rows[0]?.seen ?? 1 };
  }

  async record(key: string, outcome: Outcome, processingMs: number): Promise<void> {
    await this.#pool.query(
      'INSERT INTO results (content_sha256, verdict, structured_result, processing_ms) VALUES ($1, $2, $3, $4)',
      [key, outcome.verdict, JSON.stringify(outcome.structured_result).replaceAll('\\u0000', ''), processingMs],
    );
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
