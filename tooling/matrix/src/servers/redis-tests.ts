import { isAbsolute, join, relative } from 'node:path';

import { repositoryRoot } from '@a2a-redis-internal/checks/repository';
import { sourceFiles } from '@a2a-redis-internal/checks/source-files';
import { build } from 'esbuild';

/** What starts servers: a test that reaches it, through whatever it imports, runs on Redis. */
const LAUNCHER = 'tooling/redis-server/src/start-redis-server.ts';

/**
 * The test files of a package that use a Redis server, from the repository's root. Others would pass on every
 * server alike.
 *
 * @param folder Of the package, from the repository's root.
 */
export async function redisTests(folder: string): Promise<readonly string[]> {
  const files = sourceFiles(folder, ['.test.ts']);
  const { metafile } = await build({
    absWorkingDir: repositoryRoot,
    entryPoints: [...files],
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'unused',
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    loader: { '.lua': 'text', '.node': 'empty' },
    plugins: [
      {
        name: 'own modules only',
        setup(bundle) {
          bundle.onResolve({ filter: /^[^.]/ }, ({ path, kind }) => {
            const isOwn = kind === 'entry-point' || path.startsWith('@a2a-redis-internal/');
            return isOwn || isAbsolute(path) ? undefined : { path, external: true };
          });
        },
      },
    ],
  });
  return Object.values(metafile.outputs)
    .filter(({ inputs }) => LAUNCHER in inputs)
    .map(({ entryPoint = '' }) => relative(repositoryRoot, join(repositoryRoot, entryPoint)))
    .toSorted();
}
