import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { FINDING_TEXTS } from '../../../../packages/core/src/doctor/findings/finding-texts.ts';
import { repositoryRoot } from '../workspace/repository.ts';

const ROW =
  /^\| `(?<code>[A-Z_]+)` +\| (?<severity>\w+) +\| (?<meaning>.*?) +\| (?<advice>.*?) +\|$/gmu;

test('docs/doctor.md says of each finding what the doctor says', () => {
  const document = readFileSync(join(repositoryRoot, 'docs/doctor.md'), 'utf8');
  const rows = [...document.matchAll(ROW)].map(({ groups = {} }) => {
    const { code = '', severity, meaning, advice } = groups;
    return [code, { severity, meaning, advice }] as const;
  });
  expect(rows).toEqual(Object.entries(FINDING_TEXTS));
});

test('findings come with the worst first', () => {
  const severities = Object.values(FINDING_TEXTS).map(({ severity }) => severity);
  expect([...new Set(severities)]).toEqual(['error', 'warning', 'unknown', 'info']);
  const order = ['error', 'warning', 'unknown', 'info'];
  const sorted = severities.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  expect(severities).toEqual(sorted);
});
