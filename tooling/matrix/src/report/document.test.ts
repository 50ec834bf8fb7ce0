import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '@a2a-redis-internal/checks/repository';
import { describe, expect, it, test } from 'vitest';

import { type Cell, mergeRows, type Row, rowsThatRemain } from '../row.ts';
import { DOCUMENT, readRows, withSections } from './document.ts';

const passed = (count: number): Cell => ({ passed: count, failed: 0, notRun: 0, failures: [] });

const row = (name: string, cells: Row['cells'], date = '2026-01-02'): Row => {
  return { section: 'servers', name, version: 'Redis 7', date, cells };
};

const EMPTY = `# Title

<!-- Written by pnpm matrix --write: -->

old

<!-- Written by hand: -->

The end
`;

test(`${DOCUMENT} shows the rows that are kept`, async () => {
  const document = readFileSync(join(repositoryRoot, DOCUMENT), 'utf8');
  expect(document).toBe(withSections(document, await readRows()));
});

describe('the generated part', () => {
  it('has a table of each section, and names what failed', () => {
    const broken = { passed: 4, failed: 1, notRun: 2, failures: ['a.test.ts: `x` works: no'] };
    const rows: readonly Row[] = [
      row('redis-7', { core: passed(3), other: broken }),
      row('redis-8', { core: { ...passed(12), again: 2 } }),
      { ...row('bun', { core: passed(1) }), section: 'runtimes', version: 'Bun 1' },
    ];
    expect(withSections(EMPTY, rows)).toBe(`# Title

<!-- Written by pnpm matrix --write: -->

### Servers: tests of each package

| name    | version | date       | core                    | other                             |
| ------- | ------- | ---------- | ----------------------- | --------------------------------- |
| redis-7 | Redis 7 | 2026-01-02 | 3                       | **1 failed**, 4 passed, 2 not run |
| redis-8 | Redis 7 | 2026-01-02 | 12, 2 of them run again | –                                 |

Failed:

- redis-7, other: \`a.test.ts: 'x' works: no\`

### Runtimes: checks of each package

| name | version | date       | core |
| ---- | ------- | ---------- | ---- |
| bun  | Bun 1   | 2026-01-02 | 1    |

<!-- Written by hand: -->

The end
`);
  });

  it('cuts a long failure', () => {
    const failures = ['x'.repeat(161), 'y'.repeat(160)];
    const rows = [row('redis-7', { core: { passed: 0, failed: 2, notRun: 0, failures } })];
    const document = withSections(EMPTY, rows);
    expect(document).toContain(`- redis-7, core: \`${'x'.repeat(160)}…\`\n`);
    expect(document).toContain(`- redis-7, core: \`${'y'.repeat(160)}\`\n`);
  });

  it('can be written again', () => {
    const once = withSections(EMPTY, [row('redis-7', { core: passed(3) })]);
    expect(withSections(once, [row('redis-7', { core: passed(3) })])).toBe(once);
  });

  it('is not put where there are no marks', () => {
    expect(() => withSections('# Title\n', [])).toThrow(`${DOCUMENT} lacks`);
  });
});

test('rows of a run take the place of older ones of their names; others stay', () => {
  const before = [row('redis-10', {}, 'old'), row('redis-7', {}, 'old')];
  const merged = mergeRows(before, [row('redis-7', {}, 'new'), row('redis-8', {}, 'new')]);
  expect(merged.map(({ name, date }) => [name, date])).toEqual([
    ['redis-7', 'new'],
    ['redis-8', 'new'],
    ['redis-10', 'old'],
  ]);
});

test('rows that the matrix no longer has go, but those of servers', () => {
  const runtime = (name: string): Row => ({ ...row(name, {}), section: 'runtimes' });
  const planned = [{ section: 'runtimes' as const, name: 'bun', run: async () => runtime('bun') }];
  const rows = [row('redis-7', {}), runtime('bun'), runtime('deno')];
  expect(rowsThatRemain(rows, planned).map(({ name }) => name)).toEqual(['redis-7', 'bun']);
});
