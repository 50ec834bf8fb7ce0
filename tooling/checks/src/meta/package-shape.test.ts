import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { publicPackages } from '../workspace/public-packages.ts';

const GIT = 'git+https://github.com/a2a-redis/a2a-redis-js.git';

interface PackageJson {
  readonly description: string;
  readonly keywords: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

describe.each(publicPackages())('$name: package.json', ({ name, path, folder }) => {
  const manifest: PackageJson = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

  test('is named after its folder and says what it is', () => {
    expect(name).toBe(path.replace('packages/', '@a2a-redis/'));
    expect(manifest.description).toEqual(expect.stringMatching(/^[A-Z0-9].{20,}[^.]$/u));
    expect(manifest.keywords).toEqual(expect.arrayContaining(['a2a', 'agent2agent', 'redis']));
  });

  test('agrees with the other packages', () => {
    expect(manifest).toMatchObject({
      license: 'MIT',
      repository: { type: 'git', url: GIT, directory: path },
      files: ['dist'],
      type: 'module',
      sideEffects: false,
      engines: { node: '>=20.19.0' },
      publishConfig: { access: 'public' },
    });
    // A package for another client needs that client besides.
    const { ioredis: _, ...peers } = manifest.peerDependencies;
    expect(peers).toEqual({ '@a2a-js/sdk': '^1.3.0', redis: '>=5.0.1 <7' });
  });

  test('exports every entry with its types to ESM and to CJS', () => {
    const { './package.json': itself, ...entries } = manifest.exports;
    expect(itself).toBe('./package.json');
    expect(Object.keys(entries)).toContain('.');
    for (const [entry, target] of Object.entries(entries)) {
      const built = `./dist/${entry === '.' ? 'index' : entry.slice(2)}`;
      expect(target).toEqual({
        import: { types: `${built}.d.mts`, default: `${built}.mjs` },
        require: { types: `${built}.d.cts`, default: `${built}.cjs` },
      });
    }
    expect(manifest).toMatchObject({
      main: './dist/index.cjs',
      module: './dist/index.mjs',
      types: './dist/index.d.cts',
    });
  });
});
