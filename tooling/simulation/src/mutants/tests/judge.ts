import type { Mutant } from '../mutant.ts';

/** What came of a mutant. */
export interface Outcome {
  readonly mutant: Mutant;
  /** The test that failed, or what else did; undefined where nothing did. */
  readonly by: string | undefined;
}

/** What came of a mutant, in a line, and whether that is as it must be. */
export function judge({ mutant, by }: Outcome): {
  readonly line: string;
  readonly isRight: boolean;
} {
  const { name, survives, survivesTests } = mutant;
  if (by !== undefined) {
    const isListed = survivesTests !== undefined;
    const how = isListed ? 'CAUGHT, THOUGH LISTED AS ONE THAT IS NOT, by' : 'caught by';
    return { line: `${name}: ${how} ${by}`, isRight: !isListed };
  }
  const reason = survivesTests ?? survives;
  const how = reason === undefined ? 'SURVIVED' : `not caught: ${reason}`;
  return { line: `${name}: ${how}`, isRight: reason !== undefined };
}
