import { createHash } from 'node:crypto';

import { TaskState, type ListTasksRequest } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';

import { type Scope, scopeSegment } from '../../shared/scope.ts';
import { isRecord } from '../../shared/check-options.ts';
import { entryMember, sortableTime } from './index-entry.ts';
import type { IndexKeys } from './task-keys.ts';

/** The SDK's page size where a request names none. */
const DEFAULT_PAGE_SIZE = 50;

/** A list request, checked, in terms of the index. */
export interface ListQuery {
  readonly pageSize: number;
  readonly includeArtifacts: boolean;
  readonly contextId: string | undefined;
  readonly state: TaskState | undefined;
  /** Which sorted set holds the tasks asked for. */
  readonly set: (keys: IndexKeys) => string;
  /** The bounds of the page: see {@link TaskIndex.page}. */
  readonly bounds: { readonly upper: string; readonly lower: string };
  /** Makes the token of the page that follows a member. */
  readonly tokenAfter: (member: string) => string;
}

/**
 * Checks a list request.
 *
 * A page token continues after the last task that was shown, wherever that task is by now. It is
 * good only for the scope and the filters that it was made for.
 *
 * @throws {RequestMalformedError} The SDK's error for a page size, a time or a token that is no good.
 */
export function parseListRequest(scope: Scope, params: ListTasksRequest): ListQuery {
  requireFields(params);
  const pageSize = params.pageSize ?? DEFAULT_PAGE_SIZE;
  if (!Number.isSafeInteger(pageSize) || pageSize < 0) {
    throw new RequestMalformedError(`pageSize must be a whole number, not ${String(pageSize)}.`);
  }
  const contextId = params.contextId === '' ? undefined : params.contextId;
  const state =
    params.status === undefined || params.status === TaskState.TASK_STATE_UNSPECIFIED
      ? undefined
      : params.status;
  const lower = lowerBound(params.statusTimestampAfter);
  const request = fingerprint([scopeSegment(scope), contextId ?? '', String(state ?? ''), lower]);
  const member = params.pageToken ? readToken(params.pageToken, request) : undefined;
  return {
    pageSize,
    includeArtifacts: params.includeArtifacts ?? false,
    contextId,
    state,
    set: (keys) => keys.tasks(contextId, state?.toString()),
    bounds: { upper: member === undefined ? '+' : `(${member}`, lower },
    tokenAfter: (last) => Buffer.from(`${request}${last}`).toString('base64url'),
  };
}

/** What plain JavaScript, or a peer's JSON, may bring. */
function requireFields(params: ListTasksRequest): void {
  if (!isRecord(params)) throw new RequestMalformedError('A list request must be an object.');
  for (const name of ['contextId', 'pageToken', 'statusTimestampAfter'] as const) {
    const value: unknown = params[name];
    if (value !== undefined && value !== null && typeof value !== 'string') {
      throw new RequestMalformedError(`${name} must be a string.`);
    }
  }
  const status: unknown = params.status ?? TaskState.TASK_STATE_UNSPECIFIED;
  if (typeof status !== 'number' || typeof TaskState[status] !== 'string') {
    throw new RequestMalformedError(`status must be a TaskState, not ${JSON.stringify(status)}.`);
  }
}

/** Statuses later than the time, to the millisecond; a task without a time is not later than any. */
function lowerBound(after: string | undefined): string {
  if (after === undefined || after === '') return '-';
  const timeMs = Date.parse(after);
  if (Number.isNaN(timeMs)) {
    throw new RequestMalformedError(
      `statusTimestampAfter must be an ISO 8601 time, not ${JSON.stringify(after)}.`,
    );
  }
  return `[${entryMember({ time: sortableTime(timeMs + 1), taskId: '' })}`;
}

const FINGERPRINT_LENGTH = 12;

function fingerprint(parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  return digest.slice(0, FINGERPRINT_LENGTH);
}

function readToken(token: string, request: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  const canonical = Buffer.from(text).toString('base64url') === token;
  const member = text.slice(FINGERPRINT_LENGTH);
  if (!canonical || !/^[-0-9a-z]{11}./s.test(member)) {
    throw new RequestMalformedError('pageToken is not one that this agent gave out.');
  }
  if (text.slice(0, FINGERPRINT_LENGTH) !== request) {
    throw new RequestMalformedError(
      'pageToken belongs to a request with other filters, or of another caller.',
    );
  }
  return member;
}
