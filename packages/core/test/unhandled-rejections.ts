import { afterAll, beforeAll, expect } from 'vitest';

/** Fails the suite that calls it when a rejection was handled by nobody. */
export function expectNoUnhandledRejection(): void {
  const reasons: unknown[] = [];
  const listener = (reason: unknown): void => void reasons.push(reason);
  beforeAll(() => {
    process.on('unhandledRejection', listener);
  });
  afterAll(() => {
    process.off('unhandledRejection', listener);
    expect(reasons).toEqual([]);
  });
}
