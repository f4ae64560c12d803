import type { GoLiveState } from '../../model/state/state.js';
import { board } from '../render/board.js';
import { changes } from '../render/plain.js';
import { ANSI, styleFor } from '../render/style.js';
import { verdictBlock } from '../render/verdict.js';
import type { View } from '../render/view.js';
import { outcomeOf } from './outcome.js';
import { print, talk } from './tell.js';

/** Where views go: a board that is redrawn, lines, or JSON. */
export interface Screen {
  show(view: View): void;
  /** A line of talk that stays above what is drawn. */
  say(line: string): void;
  /** Leaves what is drawn standing and gives the cursor back, e.g. for a question. The next `show` draws anew. */
  pause(): void;
  /** The last words: the verdict. */
  end(state: GoLiveState, exitCode: number): void;
}

export interface ScreenOptions {
  /** `state`: each changed state; `outcome`: only one object, at the end, with the lines on stderr. */
  json?: 'state' | 'outcome' | undefined;
  uiUrl?: string | undefined;
  footer?: string;
}

/** The screen that fits this process's outputs. */
export async function openScreen(options: ScreenOptions): Promise<Screen> {
  if (options.json === 'state') return jsonScreen();
  if (options.json === undefined && process.stdout.isTTY && process.env['TERM'] !== 'dumb') return boardScreen(options);
  return lineScreen(options);
}

function jsonScreen(): Screen {
  let last = '';
  const show = (state: GoLiveState): void => {
    const line = JSON.stringify(state);
    if (line !== last) process.stdout.write(`${line}\n`);
    last = line;
  };
  return { show: ({ state }) => show(state), say: talk, pause: () => undefined, end: show };
}

function lineScreen({ json, uiUrl }: ScreenOptions): Screen {
  const say = json === 'outcome' ? talk : print;
  const style = styleFor(json === 'outcome' ? process.stderr : process.stdout, process.env);
  let before: View | undefined;
  const show = (view: View): void => {
    for (const line of changes(before, view, Date.now(), style)) say(line);
    before = structuredClone(view);
  };
  return {
    show,
    say,
    pause: () => undefined,
    end: (state, exitCode) => {
      show({ state, live: [] });
      const columns = 110;
      for (const line of ['', ...verdictBlock(state, style, { columns, exitCode, cwd: process.cwd() })]) say(line);
      if (json === 'outcome') print(outcomeOf(state, exitCode, uiUrl));
    },
  };
}

const RESET = '\u001B[0m';

async function boardScreen({ uiUrl, footer }: ScreenOptions): Promise<Screen> {
  const { createLogUpdate } = await import('log-update');
  const update = createLogUpdate(process.stdout);
  const style = process.env['NO_COLOR'] ? styleFor({}, {}) : ANSI;
  let last: View | undefined;
  let drawn = '';
  let turn = false;
  /** log-update 7.2 patches a frame wrongly when lines come or go in its middle; a first line that differs makes it redraw all. */
  const paint = (text: string): void => {
    if (text === drawn) return;
    drawn = text;
    turn = !turn;
    update(`${turn ? RESET : ''}${text}`);
  };
  const draw = (): void => {
    if (last === undefined) return;
    const { columns = 80, rows = 24 } = process.stdout;
    paint(board(last, { columns, rows: rows - 1, nowMs: Date.now(), uiUrl, footer }, style).join('\n'));
  };
  const wipe = (): void => {
    update.clear();
    drawn = '';
  };
  const onResize = (): void => {
    // What was drawn has been broken anew by the terminal: only a clean page is right again.
    if (last === undefined) return;
    wipe();
    process.stdout.write('\u001B[2J\u001B[H');
    draw();
  };
  process.stdout.on('resize', onResize);
  const pause = (): void => {
    update.done();
    drawn = '';
    last = undefined;
  };
  return {
    show: (view) => {
      last = view;
      draw();
    },
    say: (line) => {
      wipe();
      print(` ${line}`);
      draw();
    },
    pause,
    end: (state, exitCode) => {
      process.stdout.off('resize', onResize);
      wipe();
      const { columns = 80 } = process.stdout;
      const frame = { columns, rows: Number.POSITIVE_INFINITY, nowMs: Date.now(), cwd: process.cwd() };
      const lines = board({ state, live: [] }, frame, style, exitCode);
      update.done();
      print(lines.join('\n'));
    },
  };
}
