import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { PackedPackage } from '../packages/pack.ts';
import { mustRun } from '../runner/command.ts';
import { pnpmCommand } from '../runner/pnpm.ts';
import type { Finding } from '../runner/step.ts';
import { repositoryRoot } from '../workspace/repository.ts';

/** A project of its own that installs the tarballs as an application would. */
export interface Consumer {
  /** Its folder in `tooling/checks/consumers`. */
  readonly name: string;
  /** npm's flat and pnpm's strict layout of `node_modules` break different packages. */
  readonly installer: 'npm' | 'pnpm';
}

interface ConsumerManifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Installs the tarballs in a copy of the consumer, type-checks its program and runs it. */
export async function runConsumer(
  consumer: Consumer,
  packed: readonly PackedPackage[],
  redisUrl: string,
): Promise<Finding> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-redis-consumer-'));
  const problems: string[] = [];
  try {
    await cp(join(repositoryRoot, 'tooling/checks/consumers', consumer.name), folder, {
      recursive: true,
    });
    await useTarballs(join(folder, 'package.json'), packed);
    await install(consumer, folder);
    await mustRun('tsc', ['--project', folder]);
    await mustRun(process.execPath, ['out/main.js'], { cwd: folder, env: { REDIS_URL: redisUrl } });
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { name: `${consumer.name}: installed from tarballs by ${consumer.installer}`, problems };
}

async function useTarballs(path: string, packed: readonly PackedPackage[]): Promise<void> {
  const manifest: ConsumerManifest = JSON.parse(await readFile(path, 'utf8'));
  const tarballs = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const dependencies = Object.entries(manifest.dependencies).map(([name, range]) => {
    return [name, tarballs[name] ?? range] as const;
  });
  const installed = {
    ...manifest,
    dependencies: Object.fromEntries(dependencies),
    // An adapter's own dependency on core must not be looked for in a registry.
    pnpm: { overrides: tarballs },
  };
  await writeFile(path, JSON.stringify(installed, undefined, 2));
}

async function install({ installer }: Consumer, folder: string): Promise<void> {
  const quick = ['install', '--prefer-offline', '--ignore-scripts'];
  if (installer === 'npm') {
    await mustRun('npm', [...quick, '--no-audit', '--no-fund', '--no-package-lock'], {
      cwd: folder,
    });
    return;
  }
  const [pnpm, ...before] = pnpmCommand();
  await mustRun(pnpm, [...before, ...quick, '--ignore-workspace', '--no-lockfile'], {
    cwd: folder,
  });
}
