/** A number as `d.ddd` times ten to the power of an exponent; zero has the digit 0 and the exponent 0. */
export interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

const bits = new DataView(new ArrayBuffer(8));

/** All digits of a finite number that is not negative: a double always has an end. */
export function decimalOf(magnitude: number): Decimal {
  if (magnitude === 0) return { digits: '0', exponent: 0 };
  bits.setFloat64(0, magnitude);
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> 52n);
  const fraction = raw & (2n ** 52n - 1n);
  const mantissa = biased === 0 ? fraction : fraction | (2n ** 52n);
  const power = Math.max(biased, 1) - 1075;
  if (power >= 0) return fromDigits((mantissa << BigInt(power)).toString(), 0);
  return fromDigits((mantissa * 5n ** BigInt(-power)).toString(), -power);
}

/** Rounds to so many digits, half to even as C does. Of fewer than one, none or a carry is left. */
export function roundedTo({ digits, exponent }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, exponent };
  if (count < 0) return { digits: '0', exponent: 0 };
  const kept = digits.slice(0, count);
  if (!roundsUp(kept, digits.slice(count))) {
    return count === 0 ? { digits: '0', exponent: 0 } : { digits: kept, exponent };
  }
  const raised = String(BigInt(kept === '' ? '0' : kept) + 1n).padStart(count, '0');
  if (raised.length === count) return { digits: raised, exponent };
  // A carry: one digit more than was asked for, which is a zero.
  return { digits: count === 0 ? raised : raised.slice(0, count), exponent: exponent + 1 };
}

function fromDigits(text: string, scale: number): Decimal {
  return { digits: text, exponent: text.length - 1 - scale };
}

function roundsUp(kept: string, left: string): boolean {
  const first = left.charCodeAt(0) - 48;
  if (first !== 5) return first > 5;
  if (/[1-9]/.test(left.slice(1))) return true;
  return kept !== '' && Number(kept.at(-1)) % 2 === 1;
}
