import { ServerCallContext } from '@a2a-js/sdk/server';
import { expect, it } from 'vitest';

import { noteLoad, whenLoadedAtOnce } from './loaded-at-once.ts';

it('calls when the task is loaded in the same turn, once, and as the same caller', async () => {
  const context = new ServerCallContext();
  const calls: string[] = [];
  whenLoadedAtOnce('a', context, () => calls.push('a'));
  noteLoad('b', context);
  noteLoad('a', new ServerCallContext());
  expect(calls).toEqual([]);
  noteLoad('a', context);
  noteLoad('a', context);
  expect(calls).toEqual(['a']);
  whenLoadedAtOnce('c', context, () => calls.push('c'));
  await Promise.resolve();
  noteLoad('c', context);
  expect(calls).toEqual(['a']);
});
