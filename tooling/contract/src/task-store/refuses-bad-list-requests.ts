import type { ListTasksRequest } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';
import type { TaskStore } from '@a2a-js/sdk/server';
import { describe, expect, test } from 'vitest';

import { CONTEXT, contextOf, idsOf, listRequest, statusAt, taskOf } from './fixtures.ts';
import type { TaskStoreSubject } from './subject.ts';

const REQUESTS: Readonly<Record<string, Partial<ListTasksRequest>>> = {
  'a negative page size': { pageSize: -1 },
  'a page size that is no number': { pageSize: Number.NaN },
  'a broken page size': { pageSize: 1.5 },
  'an endless page size': { pageSize: Infinity },
  'a time that is none': { statusTimestampAfter: 'yesterday' },
  'a context id that is no string': notTyped({ contextId: 5 }),
  'a page token that is no string': notTyped({ pageToken: 5 }),
  'a state that is none': notTyped({ status: 'working' }),
};

/** What plain JavaScript may pass. */
function notTyped(fields: object): Partial<ListTasksRequest> {
  return fields;
}

/** Requests that mean nothing are refused. A page token that is none, every store refuses. */
export function refusesBadListRequests({ makeStore, capabilities }: TaskStoreSubject): void {
  const filled = async (): Promise<{ store: TaskStore; pageToken: string }> => {
    const store = await makeStore();
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      await store.save(taskOf(id, { status: statusAt(index) }), CONTEXT);
    }
    const { nextPageToken } = await store.list(listRequest({ pageSize: 1 }), CONTEXT);
    return { store, pageToken: nextPageToken };
  };

  describe('bad list requests', () => {
    test('a page token that is none is refused', async () => {
      const { store } = await filled();
      const request = listRequest({ pageToken: Buffer.from('nothing').toString('base64') });
      await expect(store.list(request, CONTEXT)).rejects.toThrow(RequestMalformedError);
    });

    if (!capabilities.refusesBadListRequests) return;

    test.each(Object.entries(REQUESTS))('%s is refused', async (_name, fields) => {
      const { store } = await filled();
      await expect(store.list(listRequest(fields), CONTEXT)).rejects.toThrow(RequestMalformedError);
      expect(await idsOf(store)).toEqual(['c', 'b', 'a']);
    });

    test.each([
      ['another context', { contextId: 'context' }],
      ['another state', { status: 2 }],
      ['another time', { statusTimestampAfter: statusAt(-5).timestamp }],
    ])('a page token of a list of %s is refused', async (_name, fields) => {
      const { store, pageToken } = await filled();
      const request = listRequest({ ...fields, pageToken });
      await expect(store.list(request, CONTEXT)).rejects.toThrow(RequestMalformedError);
    });

    test('a page token of another caller is refused', async () => {
      const { store, pageToken } = await filled();
      for (const context of [contextOf({ tenant: 'other' }), contextOf({ userName: 'other' })]) {
        await expect(store.list(listRequest({ pageToken }), context)).rejects.toThrow(
          RequestMalformedError,
        );
      }
    });

    test('a page token that was cut or written on is refused', async () => {
      const { store, pageToken } = await filled();
      for (const broken of [pageToken.slice(0, 10), `${pageToken}=`, `${pageToken}*`]) {
        await expect(store.list(listRequest({ pageToken: broken }), CONTEXT)).rejects.toThrow(
          RequestMalformedError,
        );
      }
    });
  });
}
