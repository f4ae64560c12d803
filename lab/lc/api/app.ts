import { timingSafeEqual } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Redis } from 'ioredis';
import { messageOf } from '../../kit/log.js';
import type { Log } from '../../kit/log.js';
import type { Outcome, RuleConfig } from '../rules/types.js';
import { validateCase } from '../rules/validate.js';
import { parseBody } from './body.js';
import type { CaseBody } from './body.js';
import type { ApiConfig } from './config.js';
import { countCall, retryAfter } from './limiter.js';
import { spoiler } from './spoiler.js';
import type { Store } from './store.js';

export interface Deps {
  config: ApiConfig;
  store: Store;
  redis: Redis;
  log: Log;
  /** False when AUDIT_DIR cannot be written; audit lines are then only in the log. */
  audit: boolean;
}

const LARGEST_BODY = 5 * 1024 * 1024;
const PING_MS = 2000;
/** What a case is told that a fault refuses for its rate, in seconds: its retries come soon, and end soon. */
const SPOILT_RETRY_S = '0.05';
/** What a degraded extraction still reads of each page. */
const DEGRADED_SHARE = 0.75;

const STUB: Outcome = {
  verdict: 'pass',
  structured_result: {
    lc_detected: true,
    documents_present: {},
    extraction_summary: { documents: 0, fields_extracted: 0, fields_expected: 0, confidence: 0 },
    issues: [],
  },
  classified: [],
};

async function ping(what: () => Promise<unknown>): Promise<{ ok: boolean; ms: number; error?: string }> {
  const start = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PING_MS} ms`)), PING_MS);
  });
  try {
    await Promise.race([what(), late]);
    return { ok: true, ms: since(start) };
  } catch (error) {
    return { ok: false, ms: since(start), error: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

function since(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100;
}

function authorised(context: Context, token: string): boolean {
  if (token === '') return true;
  const given = Buffer.from(context.req.header('authorization') ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Examines one case with the deployment's settings, and keeps case and result. */
async function examine(deps: Deps, body: CaseBody, served: number): Promise<{ outcome: Outcome; ms: number }> {
  const { config, store, log } = deps;
  const start = performance.now();
  const { key, times } = await store.seen(body.caseId, body.documents);
  const rules: RuleConfig = {
    acceptedTypes: config.documentTypes,
    ocrEnabled: config.ocrEnabled,
    rulesOff: config.rulesOff,
    typos: config.typoMode === 'alternate' ? (times % 2 === 1 ? 'strict' : 'lenient') : config.typoMode,
    readShare: config.degradeAfter > 0 && served > config.degradeAfter ? DEGRADED_SHARE : 1,
  };
  const outcome = validateCase(body.documents, rules);
  for (const one of outcome.classified) {
    log('info', `Document classified case=${body.caseId} document=${one.name} type=${one.type} path=${one.path}`);
  }
  const ms = since(start);
  await store.record(key, outcome, ms);
  const codes = outcome.structured_result.issues.map(({ code }) => code).join(',') || 'none';
  log('info', `Case validated case=${body.caseId} verdict=${outcome.verdict} issues=${codes} ms=${ms}`);
  if (deps.audit) {
    const line = JSON.stringify({
      at: new Date().toISOString(),
      case_id: body.caseId,
      content: key,
      verdict: outcome.verdict,
    });
    await appendFile(join(config.auditDir, 'audit.jsonl'), `${line}\n`);
  }
  return { outcome, ms };
}

export function createApp(deps: Deps): Hono {
  const { config, store, redis, log } = deps;
  const app = new Hono();
  let served = 0;
  const spoil = spoiler(config.answers);

  app.get('/health/live', (context) => context.json({ status: 'live', stub: config.useStubs }));
  app.get('/healthz', async (context) => {
    const [postgres, cache] = await Promise.all([ping(() => store.ping()), ping(() => redis.ping())]);
    const ok = postgres.ok && cache.ok;
    const body = { status: ok ? 'ok' : 'unavailable', stub: config.useStubs, checks: { postgres, redis: cache } };
    return context.json(body, ok ? 200 : 503);
  });

  const validate = async (context: Context) => {
    if (!authorised(context, config.apiToken)) return context.json({ error: 'a valid bearer token is needed' }, 401);
    const client = context.req.header('x-forwarded-for') ?? 'direct';
    const waitMs = await countCall(redis, client, config.rateLimit);
    if (waitMs > 0) {
      const seconds = retryAfter(waitMs);
      log('warn', `Rate limit reached client=${client} retry_after=${seconds}`);
      context.header('Retry-After', seconds);
      return context.json({ error: 'too many requests', retry_after: Number(seconds) }, 429);
    }
    const body = parseBody(await context.req.json<unknown>().catch(() => undefined));
    if (!body.ok) return context.json({ error: 'the request is not a case', details: body.errors }, 422);
    if (config.useStubs) {
      const { verdict, structured_result } = STUB;
      return context.json({ case_id: body.value.caseId, stub: true, verdict, structured_result, processing_ms: 0 });
    }
    served += 1;
    const { outcome, ms } = await examine(deps, body.value, served);
    const { structured_result } = outcome;
    const { verdict, status, stub, delayMs, critical } = spoil(served, body.value.caseId, outcome.verdict);
    if (critical) log('critical', critical);
    if (delayMs > 0) await sleep(delayMs);
    if (status === 429) context.header('Retry-After', SPOILT_RETRY_S);
    if (status !== 200) return context.json({ error: 'the service could not examine this case' }, status);
    return context.json({ case_id: body.value.caseId, verdict, structured_result, ...stub, processing_ms: ms });
  };
  const limit = bodyLimit({
    maxSize: LARGEST_BODY,
    onError: (context) => context.json({ error: 'the body is larger than 5 MiB' }, 413),
  });
  app.post('/api/validate/', limit, validate);
  app.post('/api/validate', limit, validate);

  app.notFound((context) => context.json({ error: `no such route: ${context.req.method} ${context.req.path}` }, 404));
  app.onError((error, context) => {
    log('error', `request failed: ${context.req.method} ${context.req.path}: ${messageOf(error)}`);
    return context.json({ error: 'the service could not answer; its log says why' }, 500);
  });
  return app;
}
