import { misfitsAmong } from './misfits.ts';
import type { Mutant } from './mutant.ts';
import { MUTANTS } from './mutants.ts';

/** What a user got wrong. */
export class UsageError extends Error {}

/**
 * Runs a command that tries mutants, once all of them fit the sources.
 *
 * @param readOptions What the user asks for; a text where that is all to be printed.
 * @param runAll Whether all came out as they must.
 * @returns The exit code: 2 for a mistake of the user.
 */
export async function tryMutants<O extends { readonly mutants: readonly Mutant[] }>(
  readOptions: () => O | string,
  runAll: (options: O) => Promise<boolean>,
): Promise<number> {
  try {
    const options = readOptions();
    if (typeof options === 'string') {
      console.log(options);
      return 0;
    }
    const misfits = await misfitsAmong(options.mutants);
    for (const misfit of misfits) console.log(misfit);
    return misfits.length > 0 || !(await runAll(options)) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}

/**
 * The mutants that a user chooses by texts, separated by commas.
 *
 * @param textsOf Where one of them must stand.
 * @throws {UsageError} where there is none.
 */
export function chosenMutants(
  only: string,
  textsOf: (mutant: Mutant) => readonly string[],
): readonly Mutant[] {
  const wanted = only.split(',');
  const mutants = MUTANTS.filter((mutant) =>
    textsOf(mutant).some((text) => wanted.some((each) => text.includes(each))),
  );
  if (mutants.length > 0) return mutants;
  throw new UsageError(`No mutant has "${only}" in its name; --list prints all.`);
}

/** @throws {UsageError} where options cannot be read. */
export function readArguments<V>(read: () => V): V {
  try {
    return read();
  } catch (error) {
    const [line] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${line ?? ''}. --help tells what there is.`);
  }
}
