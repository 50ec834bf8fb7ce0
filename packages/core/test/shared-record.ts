import type { Message, Task } from '@a2a-js/sdk';
import type { AgentExecutionEvent, TaskStore } from '@a2a-js/sdk/server';
import { ResultManager, ServerCallContext } from '@a2a-js/sdk/server';

import { savedEventOf } from '../src/task-store/merge/saved-event.ts';
import { NO_RECORD } from '../src/task-store/records/snapshot-cache.ts';
import { snapshotOf, taskOf, type TaskSnapshot } from '../src/task-store/model/task-snapshot.ts';
import { firstAttempt, isStored, nextAttempt } from '../src/task-store/store/write-attempt.ts';

/** A task's record without Redis: what saves make of it, and how often it was written. */
export class SharedRecord {
  #stored: TaskSnapshot | undefined;
  #version = 0;
  readonly #turn: () => Promise<void>;

  /** @param turn Waits before each load and each save: another listener may come in between. */
  constructor(initial: Task | undefined, turn: () => Promise<void>) {
    this.#stored = initial && snapshotOf(initial);
    this.#version = initial ? 1 : 0;
    this.#turn = turn;
  }

  get version(): number {
    return this.#version;
  }

  get snapshot(): TaskSnapshot | undefined {
    return this.#stored;
  }

  get task(): Task | undefined {
    return this.#stored && taskOf(this.#stored);
  }

  /** A store as one replica has it: its own idea of what it loaded. */
  store(): Pick<TaskStore, 'load' | 'save'> {
    let base: { version: string; snapshot: TaskSnapshot | undefined } | undefined;
    return {
      load: async () => {
        await this.#turn();
        base = { version: String(this.#version), snapshot: this.#stored };
        return this.task;
      },
      save: async (task) => {
        const mine = snapshotOf(task, base?.snapshot);
        const event = savedEventOf(task, () => false);
        await this.#turn();
        const known = base && { ...base, loaded: true, tried: [] };
        const write = { mine, event, base: known, onConflict: 'merge' as const };
        const current = this.#stored && {
          version: String(this.#version),
          snapshot: this.#stored,
        };
        let attempt = firstAttempt(write, undefined);
        if (attempt.expected !== '' && attempt.expected !== (current?.version ?? NO_RECORD)) {
          attempt = nextAttempt(write, current);
        }
        if (isStored(write, attempt)) return;
        this.#stored = attempt.target;
        this.#version += 1;
      },
    };
  }
}

let listeners = 0;

/**
 * Persists events as a request that listens to a bus does.
 *
 * @param userMessage The message that the request began with.
 */
export async function listen(
  record: SharedRecord,
  events: readonly AgentExecutionEvent[],
  userMessage?: Message,
): Promise<void> {
  listeners += 1;
  // The SDK lets requests of one user wait for one another within a process.
  const user = { isAuthenticated: true, userName: `listener ${listeners}` };
  const { load, save } = record.store();
  const list: TaskStore['list'] = async () => Promise.reject(new Error('Not asked for.'));
  const manager = new ResultManager({ load, save, list }, new ServerCallContext({ user }));
  if (userMessage) manager.setContext(userMessage);
  for (const event of events) await manager.processEvent(event);
}
