import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { isInterrupted, isTerminal } from '../../shared/state-kinds.ts';
import { statusOf } from './end-status.ts';
import { taskIdOf } from './task-of-event.ts';
import { isEvent } from './whole-event.ts';

/**
 * What an event tells of the execution that published it:
 *
 * - `ended`, `waiting`: its task has come to its end, or waits for somebody.
 * - `going on`: its task does neither, by its status.
 * - `unknown`: where it stands is where it stood.
 * - `nothing`: it is of no task, or of none that can be.
 */
export type Told = 'ended' | 'waiting' | 'going on' | 'unknown' | 'nothing';

/** What an event tells, and of which task. */
export interface ToldOfTask {
  readonly taskId: string;
  readonly told: Told;
}

/** See {@link ToldOfTask}. An event that cannot be read tells nothing: that is found where it is written. */
export function toldBy(event: AgentExecutionEvent): ToldOfTask {
  try {
    return readTold(event);
  } catch {
    return { taskId: '', told: 'nothing' };
  }
}

function readTold(event: AgentExecutionEvent): ToldOfTask {
  const taskId: unknown = isEvent(event) ? taskIdOf(event) : '';
  if (typeof taskId !== 'string' || taskId === '' || !taskId.isWellFormed()) {
    return { taskId: '', told: 'nothing' };
  }
  const status = statusOf(event);
  if (isTerminal(status)) return { taskId, told: 'ended' };
  if (isInterrupted(status)) return { taskId, told: 'waiting' };
  return { taskId, told: status === undefined ? 'unknown' : 'going on' };
}
