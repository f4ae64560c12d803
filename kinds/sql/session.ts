import type { SqlPlace } from './place.js';
import type { Socket } from './socket.js';
import type { Cell, Table } from './table.js';

/** A value that is bound to a place of a statement; it is never part of its text. */
export type Bound = string | number | boolean | null;

/** One connection, in a transaction that only reads. */
export interface SqlSession {
  /** What the server calls itself. */
  version: string;
  /** Runs one statement, and gives each row as it comes. What it throws is the client's own error. */
  ask(query: string, values: readonly Bound[], row: (cells: Cell[]) => void): Promise<Table['columns']>;
  /** What the server remarks of the last statement. */
  warnings(): Promise<string[]>;
  /** The words that, said on another connection, end what this one runs. */
  ending: string;
  /** Says something that gives nothing. */
  say(text: string): Promise<void>;
  close(): void;
}

/** Opens a session on a socket that is connected. */
export type OpenSession = (place: SqlPlace, socket: Socket, limits: { timeoutMs: number }) => Promise<SqlSession>;
