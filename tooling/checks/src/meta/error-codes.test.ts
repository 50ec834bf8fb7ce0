import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { repositoryRoot } from '../workspace/repository.ts';

const SOURCE = read('packages/core/src/shared/errors.ts');
const UNION = /export type A2ARedisErrorCode =(?<codes>[^;]*);/u.exec(SOURCE)?.groups?.['codes'];
/** The codes of the type, in its order. */
const CODES = codesIn(UNION ?? '', /'(?<code>[A-Z_]+)'/gu);

test('there are codes', () => {
  expect(CODES).toContain('INVALID_OPTION');
});

test("the table in the type's comment names exactly the codes of the type", () => {
  expect(codesIn(SOURCE, /^ \* \| `(?<code>[A-Z_]+)` \|/gmu)).toEqual(CODES);
});

test('the table in the README of core names exactly the codes of the type', () => {
  const readme = read('packages/core/README.md');
  const table = /^\| code .*\n(?:\|.*\n)+/mu.exec(readme)?.[0] ?? '';
  expect(codesIn(table, /^\| `(?<code>[A-Z_]+)`/gmu)).toEqual(CODES);
});

function codesIn(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(({ groups }) => groups?.['code'] ?? '');
}

function read(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}
