import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { mustRun } from '@a2a-redis-internal/checks/command';
import type { PackedPackage } from '@a2a-redis-internal/checks/pack';
import { transform } from 'esbuild';

const SOURCES = fileURLToPath(new URL('../../consumer/', import.meta.url));

/** Versions or tags of npm packages. */
export type Versions = Readonly<Record<string, string>>;

/** A project outside of the repository, as an application that uses the packages. Dispose it to remove it. */
export interface Project extends AsyncDisposable {
  /** Absolute. */
  readonly folder: string;
  /** The version of a package that was installed. */
  versionOf(name: string): Promise<string>;
}

/** Installs npm packages in a new folder. Their install scripts run: some bring a program that way. */
export async function createProject(dependencies: Versions): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-redis-matrix-'));
  const remove = async (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const manifest = { name: 'consumer', private: true, type: 'module', dependencies };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2));
    const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock'];
    await mustRun('npm', ['install', ...quick], { cwd: folder });
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    folder,
    versionOf: async (name) => {
      const path = join(folder, 'node_modules', name, 'package.json');
      const { version }: { readonly version: string } = JSON.parse(await readFile(path, 'utf8'));
      return version;
    },
    [Symbol.asyncDispose]: remove,
  };
}

/**
 * Installs the packed packages with what an application brings, and writes its programs: `agent.ts` and
 * `load.cts`, and what they are as JavaScript, `agent.js` and `load.cjs`.
 *
 * @param versions In place of the newest ones.
 */
export async function createConsumer(
  tarballs: readonly PackedPackage[],
  versions: Versions = {},
): Promise<Project> {
  const project = await createProject({
    '@a2a-js/sdk': '^1.3.0',
    '@types/express': '^5.0.6',
    '@types/node': '^20.19.0',
    express: '^5.1.0',
    ioredis: '^6.0.0',
    redis: '^6.3.0',
    ...Object.fromEntries(tarballs.map(({ name, tarball }) => [name, `file:${tarball}`])),
    ...versions,
  });
  await Promise.all([
    writeProgram(project.folder, 'agent.ts', 'esm'),
    writeProgram(project.folder, 'load.cts', 'cjs'),
  ]);
  return project;
}

async function writeProgram(folder: string, file: string, format: 'esm' | 'cjs'): Promise<void> {
  const source = await readFile(join(SOURCES, file), 'utf8');
  await writeFile(join(folder, file), source);
  const { code } = await transform(source, { loader: 'ts', format, target: 'es2022' });
  await writeFile(join(folder, file.replace(/ts$/u, 'js')), code);
}
