import type { Execution } from '../network/server-node.ts';
import { textOf } from '../redis/bytes.ts';
import type { Reply } from '../redis/reply.ts';
import type { SentCall } from './history.ts';
import { scriptOf } from './server-trace.ts';

/** What an agent of the simulation says: which event brought it. */
const TOKEN = /\be\d+\.\d+\b/g;
/** The hash tag of a task's keys, which ends with the task's id. */
const TASK = /\{[^}]*:([^:}]+)\}/;

/** What a call of a script brought and took, where it is about a task. */
export function sentCall(
  { by, args, reply, written }: Execution,
  at: number,
): SentCall | undefined {
  const [command = '', source = '', count = '0', key = ''] = args;
  const [, taskId] = TASK.exec(key) ?? [];
  if (!command.startsWith('EVAL') || count === '0' || taskId === undefined) return undefined;
  const rest = args.slice(3).join('\n');
  return {
    at,
    replica: by.name,
    script: scriptOf([command, source]),
    taskId: textOf(taskId),
    isWrite: written.length > 0,
    bytes: rest.length,
    tokens: tokensIn(rest),
    answered: 'error' in reply ? [] : tokensIn(textOfReply(reply.value)),
  };
}

function tokensIn(text: string): readonly string[] {
  return [...new Set(text.match(TOKEN))];
}

function textOfReply(reply: Reply): string {
  return Array.isArray(reply) ? reply.map(textOfReply).join('\n') : String(reply);
}
