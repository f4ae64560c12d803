import { randomBytes, timingSafeEqual } from 'node:crypto';
import { serve } from '@hono/node-server';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { z } from 'zod';

/** More than the server takes for one workflow task. */
const MOST_BYTES = 8 * 1024 * 1024;
const SECRET_BYTES = 16;

const base64 = z.string().max(MOST_BYTES);
/** `temporal.api.common.v1.Payloads` in protobuf's JSON: bytes are base64. */
const payloadsJson = z.object({
  payloads: z
    .array(z.looseObject({ metadata: z.record(z.string(), base64).optional(), data: base64.optional() }))
    .max(1000),
});

export interface CodecServer {
  /** What goes into the Web UI as its codec endpoint; whoever knows it can decode. */
  endpoint: string;
  close(): Promise<void>;
}

export interface CodecServerOptions {
  codec: PayloadCodec;
  /** Origins of the Web UIs that may ask, e.g. `http://127.0.0.1:8233`. */
  origins: readonly string[];
  /** 0: any free one. */
  port: number;
}

/**
 * Decodes payloads for the Web UI, in the protocol of Temporal's remote codecs (`POST /decode` and `/encode`). On
 * loopback only, for the given origins only, under a path that nobody guesses; a name that was bound anew to this machine is refused.
 *
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function startCodecServer(options: CodecServerOptions): Promise<CodecServer> {
  // In place of a login, which the Web UI of a local server has not.
  const secret = randomBytes(SECRET_BYTES).toString('hex');
  const app = new Hono();
  app.use('*', async (context, next) => {
    const { hostname } = new URL(context.req.url);
    if (hostname !== '127.0.0.1' && hostname !== 'localhost') return context.text('Ask for 127.0.0.1.', 421);
    const origin = context.req.header('origin');
    if (origin !== undefined && !options.origins.includes(origin)) return context.text('This origin may not ask.', 403);
    return next();
  });
  app.use('*', cors({ origin: [...options.origins], allowMethods: ['POST'], maxAge: 600 }));
  app.use('*', bodyLimit({ maxSize: MOST_BYTES }));
  app.post('/:secret/:verb{decode|encode}', async (context) => {
    if (!same(context.req.param('secret'), secret)) return context.text('Not found.', 404);
    const parsed = payloadsJson.safeParse(await context.req.json().catch(() => undefined));
    if (!parsed.success) return context.text('That is not a list of payloads.', 400);
    const payloads = parsed.data.payloads.map(fromJson);
    try {
      const verb = context.req.param('verb') as 'decode' | 'encode';
      return context.json({ payloads: (await options.codec[verb](payloads)).map(toJson) });
    } catch (error) {
      // A key that is not here; the text says which.
      return context.text(error instanceof Error ? error.message : 'It cannot be read.', 422);
    }
  });
  return await new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: options.port }, ({ port }) => {
      resolve({
        endpoint: `http://127.0.0.1:${port}/${secret}`,
        close: () => new Promise((done) => server.close(() => done())),
      });
    });
    server.once('error', reject);
  });
}

function same(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function fromJson({ metadata, data }: z.infer<typeof payloadsJson>['payloads'][number]): Payload {
  const entries = Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]);
  return { metadata: Object.fromEntries(entries), data: Buffer.from(data ?? '', 'base64') };
}

function toJson({ metadata, data }: Payload): object {
  const entries = Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { metadata: Object.fromEntries(entries), data: Buffer.from(data ?? []).toString('base64') };
}
