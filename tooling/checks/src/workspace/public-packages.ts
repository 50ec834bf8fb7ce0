import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from './repository.ts';

/** The targets of one entry of a package's `exports`. */
interface ConditionalExport {
  readonly import?: Readonly<Record<string, string>> | undefined;
  readonly require?: Readonly<Record<string, string>> | undefined;
}

/** The parts of a package.json that the checks read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean | undefined;
  readonly exports?: Readonly<Record<string, string | ConditionalExport>> | undefined;
  readonly dependencies?: Readonly<Record<string, string>> | undefined;
  readonly peerDependencies?: Readonly<Record<string, string>> | undefined;
}

/** A package that is published. */
export interface PublicPackage {
  readonly name: string;
  /** From the repository's root, for example `packages/core`. */
  readonly path: string;
  /** Absolute. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Every package under `packages/` of a checkout that is not private, by folder name. */
export function publicPackages(root: string = repositoryRoot): readonly PublicPackage[] {
  return readdirSync(join(root, 'packages'))
    .toSorted()
    .map((name) => readPackage(root, `packages/${name}`))
    .filter(({ manifest }) => manifest.private !== true);
}

/** The source files that a package's `exports` are built from, by entry (`.`, `./shared`). */
export function entrySources({ manifest }: PublicPackage): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    const built = typeof target === 'string' ? undefined : target.import?.['default'];
    if (built === undefined) continue;
    sources.set(entry, built.replace(/^\.\/dist\/(.+)\.mjs$/u, 'src/$1.ts'));
  }
  return sources;
}

function readPackage(root: string, path: string): PublicPackage {
  const folder = join(root, path);
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return { name: manifest.name, path, folder, manifest };
}
