import { type ListTasksRequest, type Task, TaskState } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';

import { contextOf, taskWith } from './workload.ts';

const FIRST_TIME = Date.parse('2026-01-01T00:00:00.000Z');
const CONTEXT_IDS = ['context-even', 'context-odd'] as const;
const STATES = [TaskState.TASK_STATE_WORKING, TaskState.TASK_STATE_COMPLETED] as const;
const PAGE_SIZE = 50;
/** Middle pages are found by walking; the page size is no part of a page token. */
const STEP = 5000;

/**
 * One of many tasks of an owner, a second apart. A context, a state and a context with a state hold
 * a half, a half and a quarter of all, so that every filter still leaves whole pages of 1,000 tasks.
 */
export function numberedTask(index: number): Task {
  return taskWith({
    messages: 2,
    artifacts: 1,
    parts: 2,
    contextId: CONTEXT_IDS[index % 2],
    state: STATES[Math.floor(index / 2) % 2] ?? STATES[0],
    timestamp: new Date(FIRST_TIME + index * 1000).toISOString(),
  });
}

/** A combination of filters, and which of its pages. */
export interface ListQuery {
  readonly contextId: boolean;
  readonly status: boolean;
  /** Only the later half of all tasks. */
  readonly after: boolean;
  readonly artifacts: boolean;
  readonly page: 'first' | 'middle';
}

const BOTH = [false, true] as const;

/** Every combination of filters, first page and middle page. */
export const LIST_QUERIES: readonly ListQuery[] = BOTH.flatMap((contextId) =>
  BOTH.flatMap((status) =>
    BOTH.flatMap((after) =>
      BOTH.flatMap((artifacts) =>
        (['first', 'middle'] as const).map((page) => ({
          contextId,
          status,
          after,
          artifacts,
          page,
        })),
      ),
    ),
  ),
);

/** A query as a table shows it. */
export function queryName(query: ListQuery): string {
  const names = ['contextId', 'status', 'after', 'artifacts'] as const;
  const chosen = names.filter((name) => query[name]);
  return chosen.length === 0 ? 'no filter' : chosen.join(' + ');
}

/** The requests of all queries among a number of tasks of an owner. */
export async function requestsOf(
  tasks: number,
  owner: string,
  store: TaskStore,
): Promise<ReadonlyMap<ListQuery, ListTasksRequest>> {
  const requests = new Map<ListQuery, ListTasksRequest>();
  // A page is found by its filters: whether artifacts are shown makes no difference.
  const middles = new Map<string, string>();
  for (const query of LIST_QUERIES) {
    const first = firstPage(query, tasks);
    const filters = queryName({ ...query, artifacts: false });
    if (query.page === 'middle' && !middles.has(filters)) {
      middles.set(filters, await middleToken(first, owner, store));
    }
    const pageToken = query.page === 'middle' ? (middles.get(filters) ?? '') : '';
    requests.set(query, { ...first, pageToken });
  }
  return requests;
}

function firstPage(query: ListQuery, tasks: number): ListTasksRequest {
  return {
    tenant: '',
    contextId: query.contextId ? CONTEXT_IDS[0] : '',
    status: query.status ? STATES[0] : TaskState.TASK_STATE_UNSPECIFIED,
    pageSize: PAGE_SIZE,
    pageToken: '',
    statusTimestampAfter: query.after
      ? new Date(FIRST_TIME + (tasks / 2) * 1000 - 1).toISOString()
      : undefined,
    includeArtifacts: query.artifacts,
  };
}

/** Walks half of the tasks that a request finds. */
async function middleToken(
  request: ListTasksRequest,
  owner: string,
  store: TaskStore,
): Promise<string> {
  const context = contextOf(owner);
  const { totalSize } = await store.list({ ...request, pageSize: 1 }, context);
  let pageToken = '';
  for (let left = Math.floor(totalSize / 2); left > 0; left -= STEP) {
    const step = { ...request, includeArtifacts: false, pageToken, pageSize: Math.min(left, STEP) };
    pageToken = (await store.list(step, context)).nextPageToken;
  }
  return pageToken;
}

/** Asks, checks that the page is full, and says how long it took in milliseconds. */
export async function timeList(
  store: TaskStore,
  request: ListTasksRequest,
  owner: string,
): Promise<number> {
  const context = contextOf(owner);
  const started = performance.now();
  const { tasks } = await store.list(request, context);
  const wallMs = performance.now() - started;
  if (tasks.length !== PAGE_SIZE) throw new Error(`A page of ${tasks.length} tasks was returned.`);
  return wallMs;
}
