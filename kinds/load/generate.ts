/** The generator's own process: an order on standard input, a sample a line on standard output. */
import { text } from 'node:stream/consumers';
import { BrowserMissing } from './browser.js';
import { generate } from './generator.js';
import { loadOrder, NOT_RUN } from './order.js';
import { sampleLine, SAMPLES_HEADER } from './samples.js';

/** Samples are written in groups: a write for each would take the time that tasks are due in. */
const FLUSH_MS = 100;

const order = loadOrder.parse(JSON.parse(await text(process.stdin)));
let lines = [SAMPLES_HEADER];
const flush = (): void => {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  lines = [];
};
const timer = setInterval(flush, FLUSH_MS);
try {
  await generate(order, (sample) => lines.push(sampleLine(sample)));
  flush();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // Tasks may still be due.
  process.exit(error instanceof BrowserMissing ? NOT_RUN : 1);
}
clearInterval(timer);
