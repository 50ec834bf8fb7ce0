/** Random numbers that a seed repeats. */
export interface Random {
  /** From one integer to another, both possible. */
  integer(from: number, to: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Mulberry32: small, and even enough for the choice of moments. */
export function randomOf(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (from: number, to: number): number =>
    from + Math.floor(next() * (Math.max(from, to) - from + 1));
  return {
    integer,
    pick: (list) => {
      const picked = list[integer(0, list.length - 1)];
      if (picked === undefined) throw new TypeError('An empty list');
      return picked;
    },
  };
}
