/** Something that a server was asked for: what it said, or why that is not known. */
export type Fact<T> = KnownFact<T> | UnknownFact;

/** A fact that is known. */
export interface KnownFact<T> {
  readonly value: T;
}

/** One that is not. */
export interface UnknownFact {
  /** Goes on behind “unknown, because”, without a full stop. */
  readonly because: string;
}

/** Whether a fact is known. */
export function isKnown<T>(fact: Fact<T>): fact is KnownFact<T> {
  return 'value' in fact;
}

/** The value of a fact; `undefined` where it is not known. */
export function valueOf<T>(fact: Fact<T>): T | undefined {
  return isKnown(fact) ? fact.value : undefined;
}

/** What follows from a fact, where it is known. */
export function mapFact<T, R>(fact: Fact<T>, follow: (value: T) => Fact<R>): Fact<R> {
  return isKnown(fact) ? follow(fact.value) : fact;
}

/** The first of two sources that knows; where neither does, why neither. */
export function eitherFact<T>(first: Fact<T>, second: Fact<T>): Fact<T> {
  if (isKnown(first)) return first;
  if (isKnown(second)) return second;
  const { because } = first;
  return because === second.because ? first : { because: `${because}, and ${second.because}` };
}
