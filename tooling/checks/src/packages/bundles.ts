import { join } from 'node:path';

import { build, type BuildOptions } from 'esbuild';

import type { Finding } from '../runner/step.ts';
import type { PublicPackage } from '../workspace/public-packages.ts';
import { BUNDLES } from './size-limits.ts';

const SCRIPT = /\b(?:defineScript|defineCompanion|new HostScript)\(\s*"(?<name>[a-z-]+)"/gu;

/** What a bundler makes of a package for an application that has the SDK and node-redis beside it. */
export interface Bundle {
  /** Minified, in bytes. */
  readonly size: number;
  /** The names of the Lua scripts in it, sorted. */
  readonly scripts: readonly string[];
}

/** Bundles what a package exports, from its build. */
export async function bundleOf({ folder }: Pick<PublicPackage, 'folder'>): Promise<Bundle> {
  const options = {
    entryPoints: [join(folder, 'dist/index.mjs')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    treeShaking: true,
    external: ['@a2a-js/sdk', 'redis'],
    logLevel: 'silent',
  } as const satisfies BuildOptions;
  const [minified, readable] = await Promise.all([
    build({ ...options, minify: true }),
    build(options),
  ]);
  const text = readable.outputFiles[0]?.text ?? '';
  return {
    size: minified.outputFiles[0]?.contents.byteLength ?? 0,
    scripts: [...text.matchAll(SCRIPT)].map(({ groups }) => groups?.['name'] ?? '').toSorted(),
  };
}

/** Whether a bundle is as small as was agreed, and has the scripts of its own half only. */
export function checkBundle(name: string, { size, scripts }: Bundle): Finding {
  const problems: string[] = [];
  const agreed = BUNDLES[name];
  if (agreed === undefined) {
    problems.push('has no limits for its bundle: name the package in size-limits.ts');
  } else {
    const { limitKb, without } = agreed;
    if (size > limitKb * 1000) {
      problems.push(`${(size / 1000).toFixed(1)} kB bundled, the limit is ${limitKb} kB`);
    }
    const strange = scripts.filter((script) => without.test(script));
    if (strange.length > 0) problems.push(`bundles scripts of others: ${strange.join(', ')}`);
  }
  const detail = `  ${(size / 1000).toFixed(1).padStart(8)} kB  ${scripts.join(', ') || 'no script'}`;
  return { name: `${name}: bundle`, problems, detail };
}
