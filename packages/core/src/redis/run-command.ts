import type { ScriptRunner } from './script-runner.ts';
import { defineScript } from './script.ts';
import commandSource from './scripts/command.lua';

const commandScript = defineScript('command', commandSource);

/** Those of the commands here that change no key: a replica does them, too. */
const CHANGING_NOTHING: ReadonlySet<string> = new Set([
  'GET',
  'HGET',
  'PTTL',
  'PUBLISH',
  'SPUBLISH',
]);

/**
 * Runs one command on one key, as a script: so it needs no more of a client than any call, reaches the key's
 * server, and is repeated as a script is. It must be safe to repeat.
 *
 * @param args What follows the key.
 * @param deadlineAt See {@link ScriptRunner.run}, the details of whose errors name the command.
 */
export async function runCommand(
  runner: ScriptRunner,
  command: string,
  key: string,
  args: readonly string[] = [],
  deadlineAt?: number,
): Promise<unknown> {
  const writes = CHANGING_NOTHING.has(command) ? 'sometimes' : 'always';
  return runner.run(
    { ...commandScript, name: command, writes },
    [key],
    [command, ...args],
    deadlineAt,
  );
}
