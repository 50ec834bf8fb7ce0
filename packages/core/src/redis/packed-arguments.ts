import { detailedError } from '../shared/detailed-error.ts';

/**
 * How many arguments a call has at most. Some hosted servers refuse commands of a few thousand, and node-redis
 * runs out of stack at some tens of thousands.
 */
const MOST_ARGUMENTS = 900;
/**
 * How many characters the arguments of a call have together at most. A server takes 512 MB for one argument; a
 * text of three bytes a character is larger than its characters say.
 */
const MOST_CHARACTERS = 128 * 1024 * 1024;
/** What packed arguments begin with: no script that takes them has a first argument like it. */
const PACKED = '#';

/** How large a call may be. */
export interface ArgumentLimits {
  readonly mostArguments: number;
  readonly mostCharacters: number;
}

/**
 * Refuses arguments that are larger than a server takes in one call: it would close the connection, with all that others
 * have sent over it.
 *
 * @param what What is written, for the message.
 * @param detail The same for operators.
 * @throws {A2ARedisError} `LIMIT_EXCEEDED`.
 */
export function requireFit(
  args: readonly string[],
  what: () => string,
  detail: () => string = what,
  mostCharacters: number = MOST_CHARACTERS,
): void {
  let characters = 0;
  for (const arg of args) characters += arg.length;
  if (characters <= mostCharacters) return;
  const problem = `takes ${characters} characters, of which one write takes ${mostCharacters} at most`;
  throw detailedError('LIMIT_EXCEEDED', `${what()} ${problem}.`, {
    detail: `${detail()} ${problem}.`,
  });
}

/**
 * The arguments of a call, as few as every server takes: where they are more, they go as one text, behind the
 * length of each. `packed-arguments.lua` takes them apart.
 *
 * @param what What is written, for the message.
 * @param detail The same for operators.
 * @throws {A2ARedisError} `LIMIT_EXCEEDED` where they are larger than a server takes in one call.
 */
export function packedArguments(
  args: readonly string[],
  what: () => string,
  detail: () => string,
  limits: ArgumentLimits = { mostArguments: MOST_ARGUMENTS, mostCharacters: MOST_CHARACTERS },
): readonly string[] {
  requireFit(args, what, detail, limits.mostCharacters);
  if (args.length <= limits.mostArguments) return args;
  const lengths = args.map((arg) => Buffer.byteLength(arg)).join(' ');
  // Something between them keeps the halves of a surrogate pair apart, whose bytes would be others together.
  return [PACKED, lengths, args.join('\n')];
}
