import { expect, test } from 'vitest';

import { checkBuiltImports } from './built-imports.ts';
import { checkBundle } from './bundles.ts';
import { checkPublishedFiles } from './published-files.ts';

const papers = ['package.json', 'README.md', 'LICENSE'].map((path) => ({ path, text: '' }));

test('a stray file, a missing one and too large a package are told', () => {
  const [, ...rest] = papers;
  const { problems } = checkPublishedFiles('@a2a-redis/core', [
    ...rest,
    { path: 'src/index.ts', text: 'x'.repeat(2_000_000) },
  ]);
  expect(problems).toEqual([
    'must not be published: src/index.ts',
    'is not published: package.json',
    expect.stringMatching(/^2000\.0 kB published, the limit is \d+ kB$/u),
  ]);
});

test('a package without a limit fails', () => {
  expect(checkPublishedFiles('@a2a-redis/new', papers).problems).toEqual([
    'has no size limit: name the package in size-limits.ts',
  ]);
});

test('an undeclared import and foreign code are told', () => {
  const manifest = { name: 'x', version: '1.0.0', dependencies: { '@a2a-redis/core': '^1.0.0' } };
  const text = `//#region ../core/dist/shared.mjs
const core = require("@a2a-redis/core/shared");
//#endregion
//#region src/index.ts
import { join } from "node:path";
import { createClient } from "redis";
export { createClient, join };
//#endregion
`;
  expect(checkBuiltImports(manifest, [{ path: 'dist/index.mjs', text }]).problems).toEqual([
    'dist/index.mjs imports redis, which is not declared',
    'dist/index.mjs inlines ../core/dist/shared.mjs',
  ]);
});

test('a bundle that grew, or has scripts of others, is told', () => {
  const scripts = ['load-configs', 'renew-lease', 'save-task'];
  expect(checkBundle('@a2a-redis/push-config', { size: 1_000_000, scripts }).problems).toEqual([
    expect.stringMatching(/^1000\.0 kB bundled, the limit is \d+ kB$/u),
    'bundles scripts of others: renew-lease, save-task',
  ]);
  expect(
    checkBundle('@a2a-redis/push-config', { size: 1, scripts: ['load-configs'] }).problems,
  ).toEqual([]);
  expect(checkBundle('@a2a-redis/new', { size: 1, scripts: [] }).problems).toEqual([
    'has no limits for its bundle: name the package in size-limits.ts',
  ]);
});
