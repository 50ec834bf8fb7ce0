import { expect, test } from 'vitest';

import { runSteps } from './run-steps.ts';
import type { Step } from './step.ts';

const passes: Step = {
  name: 'passes',
  run: () => Promise.resolve({ passed: 3, failed: 0, skipped: 2 }),
};
const throws: Step = { name: 'throws', run: () => Promise.reject(new Error('broken tool')) };
const needy: Step = { ...passes, name: 'needy', needs: ['throws'] };
const other: Step = { ...passes, name: 'other', needs: ['passes'] };

test('a failed step fails what needs it, and nothing else', async () => {
  const printed: string[] = [];
  const totals = await runSteps(
    [
      [passes, throws],
      [needy, other],
    ],
    (text) => printed.push(text),
  );
  expect(totals).toEqual({
    passed: 6,
    failed: 2,
    skipped: 4,
    notes: ['not run: needy (needs throws)'],
  });
  expect(printed.filter((text) => text.startsWith('start')).toSorted()).toEqual([
    'start   other',
    'start   passes',
    'start   throws',
  ]);
  expect(printed.join('\n')).toContain('broken tool');
});
