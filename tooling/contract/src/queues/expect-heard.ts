import { expect } from 'vitest';

import { mergeSeen } from './merge-seen.ts';
import type { QueueManagerSubject } from './subject.ts';

/** Expects that a subscriber has seen just this, or what comes to the same where its manager may tell it by a task. */
export function expectHeard(
  { capabilities }: QueueManagerSubject,
  seen: readonly string[],
  expected: readonly string[],
): void {
  if (capabilities.tellsByTask === true) expect(mergeSeen(seen)).toEqual(mergeSeen(expected));
  else expect(seen).toEqual(expected);
}
