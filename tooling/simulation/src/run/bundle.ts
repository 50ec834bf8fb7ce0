import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { build, type Plugin } from 'esbuild';

import { luaModule } from '../../../build/src/lua-plugin.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');
const PACKAGES = path.join(REPOSITORY, 'packages');

/** A change of one source file: a text that stands in it once, and what takes its place. */
export interface SourceChange {
  /** From the root of the repository. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A program of a simulation's worker, in a file of its own. */
export interface Bundle extends AsyncDisposable {
  readonly file: string;
}

/**
 * Bundles what a worker runs from the sources of the packages, so that nothing must be built before,
 * and a change can be tried without touching a file.
 *
 * @throws {Error} where a change does not fit its file.
 */
export async function bundleWorker(changes: readonly SourceChange[] = []): Promise<Bundle> {
  const folder = await mkdtemp(path.join(tmpdir(), 'a2a-redis-simulation-'));
  const file = path.join(folder, 'worker.mjs');
  const dispose = async (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await build({
      entryPoints: [path.join(import.meta.dirname, 'worker.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      sourcemap: 'inline',
      logLevel: 'silent',
      // Some dependencies are CommonJS and require what Node brings.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
      plugins: [sources(changes)],
    });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { file, [Symbol.asyncDispose]: dispose };
}

/** Scripts are called by their digests; a trace tells their names. See `world/server-trace.ts`. */
const SCRIPT_NAMES: SourceChange = {
  file: 'packages/core/src/redis/script.ts',
  from: 'return { name, source, sha1:',
  to: `globalThis.simulatedScripts ??= new Map();
  globalThis.simulatedScripts.set(createHash('sha1').update(source).digest('hex'), name);
  return { name, source, sha1:`,
};

/** The SDK's result managers of one process wait for one another: here each replica is a process. */
const SDK_FILE = /@a2a-js\/sdk\/dist\/server\/index\.js$/;
const SDK_LOCK = 'return `${tenant}\\0${owner}\\0${taskId}`;';
const LOCK_OF_PROCESS =
  'return `${globalThis.simulatedProcess?.()}\\0${tenant}\\0${owner}\\0${taskId}`;';

/** Resolves the packages to their sources, and loads those with the changes. */
function sources(asked: readonly SourceChange[]): Plugin {
  const changes = [...asked, SCRIPT_NAMES];
  return {
    name: 'sources',
    setup(builder) {
      builder.onResolve({ filter: /^@a2a-redis\// }, ({ path: name }) => {
        const [, folder = '', entry = 'index'] = name.split('/');
        return { path: path.join(PACKAGES, folder, 'src', `${entry}.ts`) };
      });
      // What an error of the client means is told by the name of its class, which a bundle may change:
      // to keep all names (esbuild can) costs a tenth of the time of a run.
      builder.onResolve({ filter: /^redis$/ }, ({ importer }) => ({
        path: pathToFileURL(createRequire(importer).resolve('redis')).href,
        external: true,
      }));
      builder.onLoad({ filter: /packages\/[^/]+\/src\/.*\.(ts|lua)$/ }, async ({ path: file }) => {
        const relative = path.relative(REPOSITORY, file);
        const source = changed(await readFile(file, 'utf8'), relative, changes);
        if (file.endsWith('.ts')) return { contents: source, loader: 'ts' };
        return { contents: luaModule(source), loader: 'js' };
      });
      builder.onLoad({ filter: SDK_FILE }, async ({ path: file }) => ({
        contents: replaced(await readFile(file, 'utf8'), file, SDK_LOCK, LOCK_OF_PROCESS),
        loader: 'js',
      }));
    },
  };
}

/**
 * The text of a source file with the changes that are for it.
 *
 * @param file From the root of the repository.
 * @throws {Error} where a change does not fit its file.
 */
export function changed(source: string, file: string, changes: readonly SourceChange[]): string {
  return changes
    .filter((each) => each.file === file)
    .reduce((text, { from, to }) => replaced(text, file, from, to), source);
}

/** @throws {Error} where a text does not stand in a file exactly once. */
function replaced(source: string, file: string, from: string, to: string): string {
  const parts = source.split(from);
  if (parts.length === 2) return parts.join(to);
  throw new Error(`${file} has ${parts.length - 1} times, not once: ${from}`);
}
