import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Options {
  readonly quick: boolean;
  readonly strict: boolean;
  readonly help: boolean;
  readonly json: string | undefined;
  /** Names of benchmarks; all of them where the command line names none. */
  readonly only: readonly string[];
}

/**
 * Reads the command line.
 *
 * @param names The benchmarks there are.
 * @throws TypeError for an unknown option or benchmark.
 */
export function parseOptions(args: readonly string[], names: readonly string[]): Options {
  // `pnpm bench -- --quick` hands on the two dashes.
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      quick: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      json: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
    },
  });
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`There is no benchmark "${unknown}". Benchmarks: ${names.join(', ')}.`);
  }
  return { ...values, json: values.json, only: values.only.length === 0 ? names : values.only };
}
