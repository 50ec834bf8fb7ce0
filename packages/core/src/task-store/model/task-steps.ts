import type { Message } from '@a2a-js/sdk';

import type { EventId } from '../../event-ids/event-id.ts';
import { ItemList } from './item-list.ts';
import type { TaskSnapshot } from './task-snapshot.ts';

/** How many steps of a task are kept: so far may requests that store its events be behind. */
const MOST_STEPS = 4096;

/** A task after an event. */
export interface TaskStep {
  readonly counter: number;
  readonly task: TaskSnapshot | undefined;
}

/** A task as it was after each of the last events that publishers of this process wrote. */
export class TaskSteps {
  /** By run, each list ascending by counter; the first is what was before the run's first event. */
  readonly #runs = new Map<string, TaskStep[]>();

  /**
   * Notes steps that were written.
   *
   * @param before What was stored before them.
   */
  add(run: string, before: TaskSnapshot | undefined, steps: readonly TaskStep[]): void {
    const [first] = steps;
    if (first === undefined) return;
    const known = this.#runs.get(run) ?? [{ counter: first.counter - 1, task: before }];
    known.push(...steps);
    known.splice(0, Math.max(0, known.length - MOST_STEPS));
    this.#runs.set(run, known);
  }

  /** The task after an event. */
  after({ publisher, counter }: EventId): TaskSnapshot | undefined {
    return this.#runs.get(publisher)?.findLast((step) => step.counter === counter)?.task;
  }

  /** Adds messages that a request stores with an event, ahead of others, to that step and all later ones. */
  addMessages({ publisher, counter }: EventId, history: ItemList<Message>): void {
    const steps = this.#runs.get(publisher) ?? [];
    for (const [index, step] of steps.entries()) {
      if (step.counter < counter || step.task === undefined) continue;
      const { task } = step;
      const known = new Set(task.history.toArray().map(({ messageId }) => messageId));
      const added = history.toArray().filter(({ messageId }) => !known.has(messageId));
      const all = ItemList.of([...added, ...task.history.toArray()]);
      steps[index] = { counter: step.counter, task: { ...task, history: all } };
    }
  }

  /**
   * The task as it was when an event was the last of its run; `undefined` where that is not known, or no
   * later one was written.
   */
  asOf({ publisher, counter }: EventId): TaskStep | undefined {
    const steps = this.#runs.get(publisher);
    if (steps === undefined || (steps.at(-1)?.counter ?? 0) <= counter) return undefined;
    return steps.findLast((step) => step.counter <= counter);
  }

  /** Forgets what a run did. */
  drop(run: string): void {
    this.#runs.delete(run);
  }
}
