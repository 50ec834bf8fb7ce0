import { parseBigInteger, parseInteger } from '../numbers.ts';

/** The bytes of a listpack without elements: its header and its end. */
export const EMPTY_LISTPACK = 7;

const INTEGER_LIKE = /^-?\d{1,20}$/;

/** The bytes that a string takes in a listpack, which keeps whole numbers as such. */
export function elementSize(text: string): number {
  if (INTEGER_LIKE.test(text)) {
    const value = text.length < 16 ? parseInteger(text) : parseBigInteger(text);
    if (value !== undefined) return integerSize(value);
  }
  const { length } = text;
  if (length < 64) return withBackLength(1 + length);
  return withBackLength(length < 4096 ? 2 + length : 5 + length);
}

/** The bytes that a whole number takes in a listpack. */
export function integerSize(value: number | bigint): number {
  if (value >= 0 && value <= 127) return 2;
  if (value >= -4096 && value <= 4095) return 3;
  if (value >= -32_768 && value <= 32_767) return 4;
  if (value >= -8_388_608 && value <= 8_388_607) return 5;
  if (value >= -2_147_483_648 && value <= 2_147_483_647) return 6;
  return 10;
}

/** An element is followed by its length, which takes more bytes the longer it is. */
function withBackLength(length: number): number {
  if (length <= 127) return length + 1;
  if (length < 16_383) return length + 2;
  if (length < 2_097_151) return length + 3;
  return length + (length < 268_435_455 ? 4 : 5);
}
