import { z } from 'zod';
import { secretRef } from '../../model/schema/format/secret-refs.js';

/** Programs that are a Chromium, the first that is on PATH. */
export const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Most tabs at once: each is processes of its own. */
export const MOST_TABS = 20;

const status = z.int().min(100).max(599);
const address = z
  .string()
  .max(4000)
  .regex(/^(https?:\/\/|\$\{\{)/, 'an address that begins with http:// or https://');

const waitFor = z
  .strictObject({
    selector: z.string().min(1).max(1000).optional().describe('A CSS selector of something that can be seen.'),
    text: z.string().min(1).max(1000).optional().describe('Part of a text that can be seen.'),
  })
  .refine(({ selector, text }) => (selector === undefined) !== (text === undefined), {
    message: 'give `selector` or `text`',
  });

/** A task of the mix: a request of HTTP, or a page in a browser. */
export const request = z
  .strictObject({
    url: address.optional().describe('`{{task}}` in it, in a header or in the body becomes the number of the task.'),
    browser: address
      .optional()
      .describe('Instead of `url`: a page that is opened in the Chromium of the worker’s machine, in an empty tab.'),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
    headers: z
      .record(z.string().regex(/^[A-Za-z0-9-]+$/), z.union([z.string(), secretRef]))
      .default({})
      .describe('A page sends them with everything that it asks for, of the hosts of the mix.'),
    body: z.unknown().optional().describe('Sent as JSON.'),
    weight: z.int().min(1).max(1000).default(1).describe('How often it comes in the mix, beside the others.'),
    waitFor: waitFor
      .optional()
      .describe('Ends the task of a page when it can be seen; without it, when all has loaded.'),
    consoleErrors: z
      .boolean()
      .optional()
      .describe('true: an error on the console of the page is an error. A script that breaks always is.'),
    expect: z
      .strictObject({
        status: z
          .union([status, z.array(status).min(1)])
          .optional()
          .describe('200–299 when absent.'),
        bodyContains: z.string().min(1).max(1000).optional(),
      })
      .default({})
      .describe('What the answer must be; any other is an error of the target.'),
  })
  .refine(({ url, browser }) => (url === undefined) !== (browser === undefined), { message: 'give `url` or `browser`' })
  .refine(({ url, waitFor: awaited, consoleErrors }) => url === undefined || (awaited ?? consoleErrors) === undefined, {
    message: '`waitFor` and `consoleErrors` are of a page: give `browser` instead of `url`',
  })
  .refine(
    ({ browser, method, body, expect }) =>
      browser === undefined || (method === 'GET' && body === undefined && expect.bodyContains === undefined),
    { message: 'a page has no `method`, `body` or `bodyContains`: say what it must show with `waitFor`' },
  );
export type Request = z.output<typeof request>;
