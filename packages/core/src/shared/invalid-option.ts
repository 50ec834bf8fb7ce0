import { A2ARedisError } from './errors.ts';

/**
 * The error for an option that is refused: `Option "<name>" <problem>.`
 *
 * @param name The option, with the name of what it is part of: `sentinel.name`.
 * @param problem How the sentence goes on, without a full stop: `must be a function`.
 * @param cause The error underneath, where there is one.
 */
export function invalidOption(name: string, problem: string, cause?: unknown): A2ARedisError {
  return new A2ARedisError(
    'INVALID_OPTION',
    `Option "${name}" ${problem}.`,
    cause === undefined ? undefined : { cause },
  );
}
