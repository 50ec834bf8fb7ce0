import { expect, it } from 'vitest';

import { misfitsAmong } from './misfits.ts';
import { MUTANTS } from './mutants.ts';

it('each mutant changes a text that stands in its file exactly once', async () => {
  expect(await misfitsAmong(MUTANTS)).toEqual([]);
});
