import { formatDuration } from '../../model/duration.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { openMysql } from './mysql.js';
import type { SqlPlace } from './place.js';
import { openPostgres } from './postgres.js';
import { refusalOf } from './refusal.js';
import type { Bound, OpenSession, SqlSession } from './session.js';
import { openSocket } from './socket.js';
import type { Cell, Table } from './table.js';

const OPENERS: Readonly<Record<SqlPlace['engine'], OpenSession>> = { postgres: openPostgres, mysql: openMysql };

export interface Asked {
  query: string;
  values: readonly Bound[];
  /** Most rows that are read. */
  most: number;
  /** Most bytes that the server may say. */
  maxBytes: number;
  timeoutMs: number;
}

export interface Answered {
  version: string;
  table: Table;
  warnings: string[];
}

type Ways = Pick<StepContext, 'reach' | 'signal' | 'redact'>;

/** How long the server is given to end what it runs; a step that is stopped ends within two seconds. */
const ENDING_MS = 1200;
/** How much later than the server itself, who stops by then, this side gives up. */
const GRACE_MS = 1000;
const LOOK_MS = 20;

/**
 * Asks one statement in a transaction that only reads, and takes that back. Whoever stops the step stops the statement on
 * the server, too.
 *
 * @throws StepError CONNECTION_FAILED, CHECK_FAILED for what another try may mend, EXPECTATION_FAILED for what it does not,
 *   CANCELLED
 */
export async function queryDatabase(place: SqlPlace, asked: Asked, ways: Ways): Promise<Answered> {
  const late = AbortSignal.timeout(asked.timeoutMs + GRACE_MS);
  const over = AbortSignal.any([ways.signal, late]);
  const socket = await openSocket(place, ways, over).catch((error: unknown) => {
    throw ways.signal.aborted ? new StepError('CANCELLED', `The query of ${place.where} was stopped.`) : error;
  });
  let session: SqlSession | undefined;
  let long = false;
  // What comes in one piece is in memory before anybody sees it.
  const look = setInterval(() => {
    if (socket.bytesRead <= asked.maxBytes) return;
    long = true;
    socket.destroy();
  }, LOOK_MS);
  let ended: Promise<boolean> | undefined;
  const stop = (): void => {
    ended = session === undefined ? Promise.resolve(true) : endThere(place, session, ways);
    void ended.finally(() => socket.destroy());
  };
  over.addEventListener('abort', stop, { once: true });
  try {
    session = await OPENERS[place.engine](place, socket, { timeoutMs: asked.timeoutMs });
    return await answerOf(session, asked, () => {
      socket.destroy();
    });
  } catch (cause) {
    if (long) throw tooLong(place, asked);
    if (ways.signal.aborted) {
      const there = await ended;
      const went = there
        ? 'and its statement ended on the server'
        : `and the server ends its statement within ${formatDuration(asked.timeoutMs)}`;
      throw new StepError('CANCELLED', `The query of ${place.where} was stopped, ${went}.`);
    }
    if (late.aborted) {
      await ended;
      throw new StepError(
        'CONNECTION_FAILED',
        `${place.where} gave no whole answer within ${formatDuration(asked.timeoutMs)}.`,
      );
    }
    throw refusalOf(cause, place, ways);
  } finally {
    over.removeEventListener('abort', stop);
    clearInterval(look);
    session?.close();
    socket.destroy();
  }
}

function tooLong({ where }: SqlPlace, { maxBytes }: Asked): StepError {
  return new StepError('EXPECTATION_FAILED', `${where} says more than the ${maxBytes} bytes of \`maxBytes\`.`, {
    hint: 'Ask for less: name the columns, and count or sum in the query.',
  });
}

async function answerOf(session: SqlSession, { query, values, most }: Asked, leave: () => void): Promise<Answered> {
  const rows: Cell[][] = [];
  let more = false;
  const { version } = session;
  const table = (columns: Table['columns']): Table => ({ columns, rows, more });
  const columns = await session.ask(query, values, (cells) => {
    if (rows.length < most) rows.push(cells);
    else more = true;
  });
  const warnings = await session.warnings();
  await session.say('ROLLBACK');
  leave();
  return { version, table: table(columns), warnings };
}

/** Ends on another connection what a session runs; whether that was said to the server. */
async function endThere(place: SqlPlace, { ending }: SqlSession, { reach }: Ways): Promise<boolean> {
  const signal = AbortSignal.timeout(ENDING_MS);
  try {
    const socket = await openSocket(place, { reach }, signal);
    const stop = (): void => void socket.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const other = await OPENERS[place.engine](place, socket, { timeoutMs: ENDING_MS });
      await other.say(ending);
      other.close();
      return true;
    } finally {
      socket.destroy();
    }
  } catch {
    return false;
  }
}
