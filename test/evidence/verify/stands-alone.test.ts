import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';

const dist = new URL('../../../dist/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'golive-auditor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A loader that writes down every module that the process asks for. */
function tracer(to: string): string {
  const hooks = `import { appendFileSync } from 'node:fs';
    export async function resolve(specifier, context, next) {
      const found = await next(specifier, context);
      appendFileSync(${JSON.stringify(to)}, found.url + '\\n');
      return found;
    }`;
  const asUrl = (source: string): string => `data:text/javascript,${encodeURIComponent(source)}`;
  return asUrl(`import { register } from 'node:module'; register(${JSON.stringify(asUrl(hooks))});`);
}

test('golive verify in a fresh process loads no activity, no hands, no Temporal and no execa', () => {
  const [bundle, trace] = [mkdtempSync(join(folder, 'bundle-')), join(folder, 'loaded')];
  writeFileSync(join(bundle, 'bagit.txt'), '');
  const cli = new URL('client/cli.js', dist).pathname;
  const args = ['--import', tracer(trace), cli, 'verify', bundle, '--key', `SHA256:${'A'.repeat(43)}`];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  // An empty bundle is not as golive writes it; what counts here is that it was really looked at.
  expect([status, stderr]).toEqual([10, '']);
  const loaded = readFileSync(trace, 'utf8').split('\n');
  expect(loaded).toContain(new URL('kinds/recompute.js', dist).href);
  expect(loaded).toContain(pathToFileURL(new URL('evidence/verify/verify.js', dist).pathname).href);
  const machinery =
    /\/dist\/(activities|workflows|workers|lab)\/|\/dist\/kinds\/hands\.js|\/node_modules\/(@temporalio|execa|undici|ioredis|pg)\//;
  expect(loaded.filter((url) => machinery.test(url))).toEqual([]);
});
