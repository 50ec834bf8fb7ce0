import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { mustRun } from '../runner/command.ts';
import { pnpmCommand } from '../runner/pnpm.ts';
import { publicPackages, type PublicPackage } from '../workspace/public-packages.ts';

/** A package as it would be published. */
export interface PackedPackage extends PublicPackage {
  /** Absolute path of the tarball. */
  readonly tarball: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** The packed packages; packed when first asked for, removed when disposed. */
export interface PackedPackages extends AsyncDisposable {
  get(): Promise<readonly PackedPackage[]>;
}

/** Packs every public package once, for all the checks that look at tarballs. */
export function packPackages(): PackedPackages {
  let folder: string | undefined;
  let packed: Promise<readonly PackedPackage[]> | undefined;
  const packAll = async (): Promise<readonly PackedPackage[]> => {
    const destination = await mkdtemp(join(tmpdir(), 'a2a-redis-packed-'));
    folder = destination;
    const packages = publicPackages();
    const [pnpm, ...before] = pnpmCommand();
    const chosen = packages.map(({ name }) => `--filter=${name}`);
    await mustRun(pnpm, [...before, ...chosen, 'pack', '--pack-destination', destination]);
    return Promise.all(packages.map(async (one) => readPacked(one, destination)));
  };
  return {
    get: () => (packed ??= packAll()),
    async [Symbol.asyncDispose]() {
      await packed?.catch(() => undefined);
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function readPacked(one: PublicPackage, folder: string): Promise<PackedPackage> {
  const file = `${one.name.replace('@', '').replace('/', '-')}-${one.manifest.version}.tgz`;
  const tarball = join(folder, file);
  return { ...one, tarball, content: new Uint8Array(await readFile(tarball)) };
}
