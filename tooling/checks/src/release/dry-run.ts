import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { mustRun } from '../runner/command.ts';
import { pnpmCommand } from '../runner/pnpm.ts';
import { type PublicPackage, publicPackages } from '../workspace/public-packages.ts';
import { repositoryRoot } from '../workspace/repository.ts';
import { pendingChangesets } from './changesets.ts';

/** npm does not know pnpm's settings, and wants a login even for a rehearsal. */
const NOISE = /^npm (?:warn (?:Unknown|publish This command requires).*|notice)\n/gmu;

/**
 * Shows what a release would do, in a copy that is thrown away: the next versions, their
 * changelogs, and what would be published. Nothing is published and the checkout stays as it is.
 */
export async function dryRun(print: (text: string) => void): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), 'a2a-redis-release-'));
  const [pnpm, ...before] = pnpmCommand();
  const inCopy = (...args: string[]): Promise<string> =>
    mustRun(pnpm, [...before, ...args], { cwd: copy });
  try {
    print('Copying the checkout ...');
    await copyCheckout(copy);
    await inCopy('install', '--frozen-lockfile', '--prefer-offline');
    print(`Versions from ${pendingChangesets(copy).length} changesets ...`);
    await inCopy('exec', 'changeset', 'version');
    print('Building ...');
    await inCopy('run', 'build');
    for (const one of publicPackages(copy)) print(await describeRelease(one));
    const published = await inCopy('-r', 'publish', '--dry-run', '--no-git-checks');
    print(`\n${published.replaceAll(NOISE, '').trim()}\n`);
    print('Nothing was published.');
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** A clone, for the history that changelogs quote, with what is not committed yet on top. */
async function copyCheckout(copy: string): Promise<void> {
  await mustRun('git', ['clone', '--quiet', '--no-hardlinks', repositoryRoot, copy]);
  for (const file of await listFiles('--modified', '--others', '--exclude-standard')) {
    await cp(join(repositoryRoot, file), join(copy, file), { force: true }).catch(ignoreMissing);
  }
  for (const file of await listFiles('--deleted')) await rm(join(copy, file), { force: true });
}

async function listFiles(...which: string[]): Promise<readonly string[]> {
  const output = await mustRun('git', ['ls-files', '-z', ...which]);
  return output.split('\0').filter((file) => file !== '');
}

async function describeRelease({ name, manifest, folder }: PublicPackage): Promise<string> {
  const changelog = await readFile(join(folder, 'CHANGELOG.md'), 'utf8').catch(ignoreMissing);
  const latest = changelog?.split(/^## /mu)[1];
  const text = latest === undefined ? 'no change' : `## ${latest.trim()}`;
  return `\n${name} ${manifest.version}\n${text.replaceAll(/^(?=.)/gmu, '  ')}`;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
