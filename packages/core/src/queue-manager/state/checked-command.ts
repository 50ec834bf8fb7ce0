import type { ScriptRunner } from '../../redis/script-runner.ts';
import { defineScript } from '../../redis/script.ts';
import { requireRightsSource } from '../../rights/require-rights.ts';
import checkedCommandSource from '../scripts/checked-command.lua';
import readKeySource from '../scripts/read-key.lua';

const checkedCommandScript = defineScript(
  'checked-command',
  `${requireRightsSource}\n${readKeySource}\n${checkedCommandSource}`,
);

/** Those of the commands here that write nothing where nothing is damaged. */
const READING: ReadonlySet<string> = new Set(['HLEN', 'HKEYS']);

/**
 * As `runCommand`, on a key that nothing here gives another type of value: one that has it all the same is removed.
 *
 * @throws {A2ARedisError} `CORRUPT_RECORD` where it was, once.
 */
export async function runCheckedCommand(
  runner: ScriptRunner,
  command: string,
  key: string,
  args: readonly string[] = [],
): Promise<unknown> {
  const writes = READING.has(command) ? 'sometimes' : 'always';
  return runner.run({ ...checkedCommandScript, name: command, writes }, [key], [command, ...args]);
}
