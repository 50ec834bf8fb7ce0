import { A2ARedisError } from '../src/shared/errors.ts';

/** The typed error that a promise rejects with; anything else fails the test. */
export async function errorOf(promise: Promise<unknown>): Promise<A2ARedisError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof A2ARedisError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}
