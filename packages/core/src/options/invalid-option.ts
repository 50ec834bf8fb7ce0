import { A2ARedisError } from '../errors.ts';

/** An option that is refused: `Option "x" of createRedisClient <must ...>.` */
export function invalidOption(name: string, problem: string, cause?: unknown): A2ARedisError {
  return new A2ARedisError(
    'INVALID_OPTION',
    `Option "${name}" ${problem}.`,
    cause === undefined ? undefined : { cause },
  );
}
