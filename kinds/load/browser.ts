import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { LoadOrder, LoadRequest } from './order.js';
import type { TaskError } from './samples.js';

/** What a task came to. */
export interface Outcome {
  /** HTTP status; 0 where no answer came. */
  status: number;
  error: TaskError | '';
}

/** A browser with empty tabs, one for each agent that may want it, so that opening one is no part of what a task takes. */
export interface Tabs {
  /** Opens an address in an empty tab, and tells what came of it; the tab is another one when this resolves. */
  visit(request: LoadRequest, url: string, timeoutMs: number, ended: (outcome: Outcome) => void): Promise<void>;
  close(): Promise<void>;
}

/** What stands in for a browser that cannot be had: nothing was run. */
export class BrowserMissing extends Error {}

const LAUNCH_MS = 30_000;

/**
 * Starts the browser of an order, which reaches the hosts of the order and no other.
 *
 * @param pages how many are opened in all
 * @param lost is told when it ends while tasks are still due
 * @throws BrowserMissing
 */
export async function openTabs(
  order: LoadOrder,
  pages: number,
  program: string,
  lost: (why: string) => void,
): Promise<Tabs> {
  const browser = await launch(order, program);
  let closing = false;
  browser.on('disconnected', () => {
    if (!closing) lost('The browser ended while tasks were due.');
  });
  await warmUp(browser);
  const empty = await Promise.all(Array.from({ length: Math.min(order.profile.agents, pages) }, () => newTab(browser)));
  await atRest();
  return {
    visit: async (request, url, timeoutMs, ended) => {
      const tab = empty.pop() ?? (await newTab(browser));
      ended(await visit(tab.page, request, url, timeoutMs));
      await tab.context.close().catch(() => undefined);
      if (!closing && browser.isConnected()) empty.push(await newTab(browser));
    },
    close: async () => {
      closing = true;
      await browser.close();
    },
  };
}

async function launch({ addresses }: LoadOrder, program: string): Promise<Browser> {
  const { chromium } = await import('playwright-core').catch((error: unknown) => {
    throw new BrowserMissing(`the package playwright-core is not installed: ${lastWords(error)}`);
  });
  return await chromium
    .launch({
      executablePath: program,
      timeout: LAUNCH_MS,
      // Whoever ends this process ends the browser with it.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      // Chromium has no sandbox for root.
      chromiumSandbox: process.getuid?.() !== 0,
      args: [
        `--host-resolver-rules=${resolverRules(addresses)}`,
        '--no-proxy-server',
        '--disable-quic',
        '--disable-gpu',
        // What is asked for by no name of a host.
        '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
      ],
    })
    .catch((error: unknown) => {
      throw new BrowserMissing(`the browser did not start: ${lastWords(error)}`);
    });
}

/**
 * Every host of the order has the address that was judged, and any other has none: for pages, for what they load, for
 * redirects and sockets alike.
 */
export function resolverRules(addresses: LoadOrder['addresses']): string {
  const maps = Object.entries(addresses).flatMap(([host, [first]]) =>
    first === undefined ? [] : [`MAP ${bracketed(host)} ${bracketed(first.address)}`],
  );
  return [...maps, 'MAP * ~NOTFOUND'].join(', ');
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

interface Tab {
  context: BrowserContext;
  page: Page;
}

/**
 * A page of nobody, opened and waited for: the first one takes this process some hundred milliseconds, in which it would be
 * late for the tasks that it measures.
 */
async function warmUp(browser: Browser): Promise<void> {
  const { context, page } = await newTab(browser);
  await page.goto('data:text/html,<p id="warm">warm</p>');
  await page.locator('css=#warm').waitFor();
  await page.getByText('warm').first().waitFor();
  await context.close();
}

/** How late this process may be to count as on time, how long it must be so, and how long it is waited for. */
const [LATE_MS, REST_MS, REST_AT_MOST_MS] = [10, 1000, 20_000];

/** Waits until the browser, which has just started, leaves this process the time to be on time. */
async function atRest(): Promise<void> {
  const until = performance.now() + REST_AT_MOST_MS;
  for (let since = performance.now(); performance.now() < until && performance.now() - since < REST_MS; ) {
    const due = performance.now() + LATE_MS;
    await delay(LATE_MS);
    if (performance.now() - due > LATE_MS) since = performance.now();
  }
}

/** A tab without cookies or a cache: each task is somebody new. */
async function newTab(browser: Browser): Promise<Tab> {
  const context = await browser.newContext({ serviceWorkers: 'block', acceptDownloads: false });
  return { context, page: await context.newPage() };
}

async function visit(page: Page, request: LoadRequest, url: string, timeoutMs: number): Promise<Outcome> {
  const { browser: wanted, status: allowed, headers } = request;
  const until = performance.now() + timeoutMs;
  // What is waited for may never come where a script broke, so nobody waits for it then.
  const broken = brokenIn(page, wanted?.consoleErrors === true);
  let status = 0;
  try {
    await page.setExtraHTTPHeaders(headers);
    const opened = page.goto(url, { timeout: timeoutMs, waitUntil: wanted?.waitFor ? 'commit' : 'load' });
    const answer = await Promise.race([opened, broken]);
    status = answer?.status() ?? 0;
    if (!(allowed ? allowed.includes(status) : status >= 200 && status < 300)) return { status, error: 'status' };
    const awaited = wanted?.waitFor;
    if (awaited) {
      const place = 'text' in awaited ? page.getByText(awaited.text) : page.locator(`css=${awaited.selector}`);
      await Promise.race([place.first().waitFor({ timeout: Math.max(1, until - performance.now()) }), broken]);
    }
    return { status, error: '' };
  } catch (error) {
    return { status, error: kindOf(error, status) };
  }
}

/** A script of a page broke, or told of an error. */
class Broken extends Error {
  constructor(readonly kind: 'script' | 'console') {
    super(kind);
  }
}

/** Rejects with it as soon as it is so. */
function brokenIn(page: Page, consoleErrors: boolean): Promise<never> {
  const broken = new Promise<never>((_, reject) => {
    page.on('pageerror', () => reject(new Broken('script')));
    if (!consoleErrors) return;
    page.on('console', (message) => {
      if (message.type() === 'error') reject(new Broken('console'));
    });
  });
  broken.catch(() => undefined);
  return broken;
}

/** Chromium's own names (net_error_list.h) of why an address was not opened. */
const BY_NAME: readonly (readonly [RegExp, TaskError])[] = [
  [/ERR_CONNECTION_REFUSED/, 'refused'],
  [/ERR_CONNECTION_(RESET|CLOSED|ABORTED)|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED/, 'reset'],
  [/ERR_(CERT|SSL)/, 'tls'],
  [/ERR_(CONNECTION_)?TIMED_OUT/, 'timeout'],
  // Every host of the order has an address.
  [/ERR_NAME_NOT_RESOLVED/, 'blocked'],
];

function kindOf(error: unknown, status: number): TaskError {
  if (error instanceof Broken) return error.kind;
  if (!(error instanceof Error)) return 'other';
  if (error.name === 'TimeoutError') return status === 0 ? 'timeout' : 'absent';
  return BY_NAME.find(([name]) => name.test(error.message))?.[1] ?? 'other';
}

/** What a browser, or who starts it, says of why it did not. */
function lastWords(error: unknown): string {
  const text = stripVTControlCharacters(error instanceof Error ? error.message : String(error));
  const said = [...text.matchAll(/\[err\] (.+)/g)].map(([, line = '']) => line.trim()).slice(-3);
  return (said.length > 0 ? said.join('; ') : (text.split('\n')[0] ?? '')).slice(0, 500);
}
