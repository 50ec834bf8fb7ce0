import type { ListTasksRequest } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { entryMember, parseMember, parseRow, sortableTime } from './index-entry.ts';
import { parseListRequest } from './list-query.ts';
import { TaskKeys } from './task-keys.ts';

const scope = { tenant: '', owner: 'alice' };
const keys = new TaskKeys('p:').index(scope);
const request = (fields: Partial<ListTasksRequest> = {}): ListTasksRequest => ({
  tenant: '',
  contextId: '',
  status: 0,
  pageToken: '',
  statusTimestampAfter: undefined,
  ...fields,
});

describe('index members', () => {
  it('sort as bytes the way the times sort, then by id', () => {
    const time = fc.option(fc.integer({ min: -8.64e15, max: 8.64e15 }), { nil: undefined });
    fc.assert(
      fc.property(time, time, (a, b) => {
        const order = (a ?? -Infinity) - (b ?? -Infinity);
        const [left, right] = [sortableTime(a), sortableTime(b)];
        const compared = left < right ? -1 : left > right ? 1 : 0;
        expect(compared).toBe(Number.isNaN(order) ? 0 : Math.sign(order));
        expect(left).toHaveLength(11);
      }),
    );
  });

  it.each([-8.64e15, -1, 0, 367_199_254_740_992, 8.64e15 - 1])(
    'tell the millisecond %d from the next',
    (time) => {
      expect(sortableTime(time) < sortableTime(time + 1)).toBe(true);
    },
  );

  it('hold any id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (taskId) => {
        const member = entryMember({ time: sortableTime(12), taskId });
        expect(parseMember(member)).toEqual({ time: sortableTime(12), taskId });
        const row = `1700000000000000 ${sortableTime(12)} 2 ${taskId}`;
        expect(parseRow('t', row)).toEqual({
          version: '1700000000000000',
          entry: { taskId: 't', contextId: taskId, time: sortableTime(12), state: '2' },
        });
      }),
    );
  });

  it('are not read from a row that nothing here wrote', () => {
    expect(parseRow('t', 'rubbish')).toBeUndefined();
  });
});

describe('parseListRequest', () => {
  it('chooses the sorted set of the filters', () => {
    const setOf = (fields: Partial<ListTasksRequest>): string =>
      parseListRequest(scope, request(fields)).set(keys);
    expect([
      setOf({}),
      setOf({ contextId: 'c:1' }),
      setOf({ status: 2 }),
      setOf({ contextId: 'c', status: 3 }),
    ]).toEqual([
      'p:{:alice}:tasks',
      'p:{:alice}:tasks:c:c%3A1',
      'p:{:alice}:tasks:s:2',
      'p:{:alice}:tasks:c:c:s:3',
    ]);
  });

  it('starts after the millisecond that it is given', () => {
    const { bounds } = parseListRequest(
      scope,
      request({ statusTimestampAfter: '2026-01-01T00:00:00.000Z' }),
    );
    expect(bounds).toEqual({
      upper: '+',
      lower: `[${sortableTime(Date.parse('2026-01-01T00:00:00.001Z'))}`,
    });
  });

  it('continues after the member that a token was made of', () => {
    const member = entryMember({ time: sortableTime(5), taskId: 'id|with:odd\n{chars}*💥' });
    const first = parseListRequest(scope, request({ contextId: 'c' }));
    const next = parseListRequest(
      scope,
      request({ contextId: 'c', pageToken: first.tokenAfter(member) }),
    );
    expect(next.bounds).toEqual({ upper: `(${member}`, lower: '-' });
  });

  it.each([
    ['rubbish', 'rubbish', {}, scope],
    ['a token of the in-memory store', Buffer.from('2026|t1').toString('base64'), {}, scope],
    ['a token of another filter', undefined, { contextId: 'other' }, scope],
    ['a token of another time', undefined, { statusTimestampAfter: '2026-01-01' }, scope],
    ['a token of another owner', undefined, {}, { tenant: '', owner: 'bob' }],
    ['a token of another tenant', undefined, {}, { tenant: 'x', owner: 'alice' }],
  ])('refuses %s', (_name, token, fields, caller) => {
    const given = parseListRequest(scope, request()).tokenAfter(`${sortableTime(5)}t1`);
    expect(() =>
      parseListRequest(caller, request({ pageToken: token ?? given, ...fields })),
    ).toThrow(RequestMalformedError);
  });

  it.each([
    [{ pageSize: -1 }, /pageSize/],
    [{ pageSize: Number.NaN }, /pageSize/],
    [{ pageSize: 1.5 }, /pageSize/],
    [{ statusTimestampAfter: 'yesterday' }, /statusTimestampAfter/],
  ])('refuses %j', (fields, message) => {
    expect(() => parseListRequest(scope, request(fields))).toThrow(message);
  });
});
