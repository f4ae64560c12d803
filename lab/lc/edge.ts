import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { proxy } from 'hono/proxy';
import { endsCleanly, port } from '../kit/life.js';
import { createLog, messageOf } from '../kit/log.js';

const log = createLog('edge');

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>LCopilot: letters of credit, examined</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 46rem; padding: 0 1rem; color: #1b2733; }
textarea { width: 100%; height: 12rem; font: 13px/1.4 monospace; }
pre { background: #f2f5f8; padding: 1rem; overflow: auto; }
</style>
</head>
<body>
<h1>LCopilot</h1>
<p>Paste the documents of a presentation, parted by a line of <code>=====</code>; the credit is one of them.</p>
<form id="case"><textarea id="text" aria-label="documents" required></textarea><p><button>Examine</button></p></form>
<pre id="answer" aria-live="polite">Service: asking…</pre>
<script>
const answer = document.getElementById('answer');
fetch('/healthz').then((r) => r.json()).then((b) => { answer.textContent = 'Service: ' + b.status; }, (e) => { answer.textContent = 'Service: ' + e; });
document.getElementById('case').addEventListener('submit', async (event) => {
  event.preventDefault();
  const documents = document.getElementById('text').value.split(/^=====+$/m).map((text, i) => ({ name: 'page-' + (i + 1) + '.txt', text }));
  const response = await fetch('/api/validate/', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ case_id: 'web-' + Date.now(), documents }) });
  answer.textContent = JSON.stringify(await response.json(), null, 2);
});
</script>
</body>
</html>
`;

function run(): void {
  const listen = port('PORT', process.env.PORT);
  const apiUrl = process.env.API_URL;
  if (!apiUrl) throw new Error('API_URL is not set: the address that /api/* is rewritten to');
  const app = new Hono();
  const routes = process.env.ROUTES ?? 'all';
  if (routes !== 'missing') app.get('/', (context) => context.html(PAGE));
  if (routes === 'all') {
    const rewrite = async (context: Context) => {
      const { pathname, search } = new URL(context.req.url);
      try {
        return await proxy(new URL(`${pathname}${search}`, apiUrl), context.req);
      } catch (error) {
        log('error', `the API at ${apiUrl} did not answer: ${messageOf(error)}`);
        return context.json({ error: 'the API does not answer' }, 502);
      }
    };
    app.all('/api/*', rewrite);
    app.get('/healthz', rewrite);
    app.get('/health/live', rewrite);
  }
  app.notFound((context) => {
    log('warn', `404 ${context.req.method} ${context.req.path}`);
    return context.html('<!doctype html><title>404</title><h1>404: this page could not be found</h1>', 404);
  });
  const server = serve({ fetch: app.fetch, port: listen, hostname: '127.0.0.1' }, () => {
    log('info', `listening on http://127.0.0.1:${listen}, /api/* is rewritten to ${apiUrl}`);
  });
  server.on('error', (error: Error) => {
    log('error', `cannot listen on port ${listen}: ${error.message}`);
    process.exit(1);
  });
  endsCleanly(async () => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
    log('info', 'stopped');
  });
}

try {
  run();
} catch (error) {
  log('error', `the edge did not start: ${messageOf(error)}`);
  process.exitCode = 1;
}
