/** One question for the time of a server. */
export interface ClockSample {
  /** When it was asked, on the clock of this process, in milliseconds since the epoch. */
  readonly askedAt: number;
  /** How long the answer took, in milliseconds, on a clock that only goes forward. */
  readonly tookMs: number;
  /** What the server said, in milliseconds since the epoch. */
  readonly serverAt: number;
}

/** How the clock of a server and that of this process differ. */
export interface ClockFacts {
  /** The shortest that an answer took, in milliseconds: that of the network, without what either side was busy with. */
  readonly roundTripMs: number;
  /** How far this process is ahead of the server, in milliseconds; less than 0 where it is behind. */
  readonly aheadMs: number;
  /** By how much `aheadMs` may be wrong, either way. */
  readonly uncertaintyMs: number;
}

/** Clocks of machines tell whole milliseconds here. */
const READING_MS = 1;

/**
 * Compares two clocks. The server read its own at some moment between question and answer: half-way is at most half of
 * that time wrong, so that the fastest sample tells best.
 *
 * @param samples At least one.
 */
export function clockOf(samples: readonly ClockSample[]): ClockFacts {
  const best = samples.reduce((fastest, each) => (each.tookMs < fastest.tookMs ? each : fastest));
  return {
    roundTripMs: best.tookMs,
    aheadMs: best.askedAt + best.tookMs / 2 - best.serverAt,
    uncertaintyMs: best.tookMs / 2 + READING_MS,
  };
}
