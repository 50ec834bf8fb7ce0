/** What a subscriber has seen, snapshots and events put together. */
export interface Seen {
  /** How many parts the task has: those of the last snapshot, and each that came since. */
  readonly parts: number;
  /** The last state that it was told. */
  readonly state: string;
}

/**
 * Puts together what a subscriber saw, as a listener describes it.
 *
 * @throws {Error} Where a part is missing or comes twice.
 */
export function mergeSeen(seen: readonly string[]): Seen {
  let parts = 0;
  let state = '';
  for (const text of seen) {
    const [word = '', ...rest] = text.split(' ');
    if (word === 'task') {
      const [of = '', count = ''] = rest;
      if (Number(count) < parts) throw new Error(`Fewer parts than before: ${seen.join(', ')}`);
      parts = Number(count);
      state = of;
    } else if (word === 'chunk') {
      const [label = ''] = rest;
      const isNumbered = /^\d+$/.test(label);
      if (isNumbered && label !== String(parts))
        throw new Error(`Not the next part: ${seen.join(', ')}`);
      parts += 1;
    } else {
      state = word;
    }
  }
  return { parts, state };
}
