import { keySegment } from '../../shared/key-segment.ts';
import { type Scope, scopeSegment } from '../../shared/scope.ts';

/** The keys of a task store. One hash tag for a task, another for the index of a scope. */
export class TaskKeys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The record of a task: `<prefix>{<tenant>:<owner>:<task id>}`. */
  record(scope: Scope, taskId: string): string {
    return `${this.#prefix}{${scopeSegment(scope)}:${keySegment(taskId)}}`;
  }

  /**
   * A sorted set of the scopes with tasks that expire, by when to look at them. Only with
   * `ttlSeconds`. The hash tag is one that no scope has: theirs hold a colon.
   */
  get scopesDue(): string {
    return `${this.#prefix}{scopes}:due`;
  }

  /** A hash of the same scopes: until when each stays noted. */
  get scopesNoted(): string {
    return `${this.#prefix}{scopes}:noted`;
  }

  /** Never written: to ask a server about what it can do. */
  get unused(): string {
    return `${this.#prefix}unused`;
  }

  /** The index of a scope. */
  index(scope: Scope): IndexKeys {
    return new IndexKeys(`${this.#prefix}{${scopeSegment(scope)}}`);
  }
}

/** The keys of the index of one scope, all in one hash slot. */
export class IndexKeys {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** A hash: task id to the entry as it was last indexed. */
  get rows(): string {
    return `${this.#base}:rows`;
  }

  /** A sorted set of task ids by the time their record expires. Only with `ttlSeconds`. */
  get expiry(): string {
    return `${this.#base}:expiry`;
  }

  /** A sorted set of tasks that are being written. Only on a cluster. */
  get pending(): string {
    return `${this.#base}:pending`;
  }

  /**
   * A sorted set of the tasks with a context and a state; of all, where neither is given. The
   * members sort by status time, then id.
   */
  tasks(contextId?: string, state?: string): string {
    const context = contextId === undefined ? '' : `:c:${keySegment(contextId)}`;
    return `${this.#base}:tasks${context}${state === undefined ? '' : `:s:${state}`}`;
  }
}
