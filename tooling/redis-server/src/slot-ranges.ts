/** Number of hash slots of any Redis cluster. */
export const SLOT_COUNT = 16_384;

/** First and last slot of each of `count` masters, as evenly as possible. */
export function slotRanges(count: number): readonly (readonly [number, number])[] {
  return Array.from({ length: count }, (_, index) => [
    Math.floor((index * SLOT_COUNT) / count),
    Math.floor(((index + 1) * SLOT_COUNT) / count) - 1,
  ]);
}
