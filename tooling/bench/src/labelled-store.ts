import type { ListTasksRequest, ListTasksResponse, Task } from '@a2a-js/sdk';
import type { ServerCallContext, TaskStore } from '@a2a-js/sdk/server';

import type { RecordingClient, SentCommand } from './recording-client.ts';

/** Tells which commands a store sent for each load and each save. Calls must not overlap. */
export class LabelledStore implements TaskStore {
  /** The commands of each load. */
  readonly loads: SentCommand[][] = [];
  /** The commands of each save. */
  readonly saves: SentCommand[][] = [];
  readonly #store: TaskStore;
  readonly #client: RecordingClient;

  constructor(store: TaskStore, client: RecordingClient) {
    this.#store = store;
    this.#client = client;
  }

  load(taskId: string, context: ServerCallContext): Promise<Task | undefined> {
    return this.#noting(this.loads, () => this.#store.load(taskId, context));
  }

  save(task: Task, context: ServerCallContext): Promise<void> {
    return this.#noting(this.saves, () => this.#store.save(task, context));
  }

  list(params: ListTasksRequest, context: ServerCallContext): Promise<ListTasksResponse> {
    return this.#store.list(params, context);
  }

  async #noting<T>(calls: SentCommand[][], call: () => Promise<T>): Promise<T> {
    const start = this.#client.sent.length;
    const result = await call();
    calls.push(this.#client.sent.slice(start));
    return result;
  }
}
