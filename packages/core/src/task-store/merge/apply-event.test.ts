import { TaskState } from '@a2a-js/sdk';
import type { AgentExecutionEvent } from '@a2a-js/sdk/server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import {
  additions,
  earlierTask,
  events,
  identified,
  orderings,
} from '../../../test/event-arbitraries.ts';
import { listen, SharedRecord } from '../../../test/shared-record.ts';
import { isTerminal } from '../../shared/state-kinds.ts';

const noTurns = async (): Promise<void> => {};

const hasEnd = (list: readonly AgentExecutionEvent[]): boolean =>
  list.some((event) => event.kind === 'statusUpdate' && isTerminal(event.data.status));

const initial = fc.option(fc.constant(earlierTask), { nil: undefined });

describe('applyEvent', () => {
  // The result manager tells of events for a task that is not there yet, or has ended.
  beforeAll(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}));
  afterAll(() => void vi.restoreAllMocks());

  it('makes the task that one listener makes, however many listen, and from which event on', async () => {
    await fc.assert(
      fc.asyncProperty(
        events('p'),
        initial,
        fc.array(fc.nat(12), { maxLength: 3 }),
        fc.scheduler(),
        async (list, task, joins, scheduler) => {
          const alone = new SharedRecord(task, noTurns);
          await listen(alone, list);
          const record = new SharedRecord(task, async () => scheduler.schedule(Promise.resolve()));
          const all = identified(list, 'p');
          await scheduler.waitFor(
            Promise.all([0, ...joins].map(async (from) => listen(record, all.slice(from)))),
          );
          expect(record.task).toEqual(alone.task);
          // The result manager does not save every event of a task that has ended.
          if (hasEnd(list)) return;
          expect(record.snapshot?.events?.applied.contiguous('p')).toBe(list.length);
          expect(record.snapshot?.events?.hasPlaces).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('changes nothing when events are delivered again', async () => {
    await fc.assert(
      fc.asyncProperty(events('p'), initial, fc.nat(12), async (list, task, from) => {
        const record = new SharedRecord(task, noTurns);
        const all = identified(list, 'p');
        await listen(record, all);
        const { snapshot, version } = record;
        await listen(record, all.slice(from));
        expect(record.snapshot).toBe(snapshot);
        expect(record.version).toBe(version);
      }),
    );
  });

  it("loses nothing of two publishers, and keeps each one's order", async () => {
    await fc.assert(
      fc.asyncProperty(
        additions('p'),
        additions('q'),
        fc.array(orderings, { minLength: 2, maxLength: 3 }),
        fc.scheduler(),
        async (ofP, ofQ, orders, scheduler) => {
          const record = new SharedRecord(earlierTask, async () =>
            scheduler.schedule(Promise.resolve()),
          );
          const [allP, allQ] = [identified(ofP, 'p'), identified(ofQ, 'q')];
          await scheduler.waitFor(
            Promise.all(orders.map(async (order) => listen(record, order(allP, allQ)))),
          );
          const of = async (list: readonly AgentExecutionEvent[]): Promise<SharedRecord> => {
            const alone = new SharedRecord(earlierTask, noTurns);
            await listen(alone, list);
            return alone;
          };
          const [p, q] = [await of(ofP), await of(ofQ)];
          for (const [name, alone] of [
            ['p', p],
            ['q', q],
          ] as const) {
            expect(contentOf(record, name)).toEqual(contentOf(alone, name));
          }
          const old = contentOf(new SharedRecord(earlierTask, noTurns), '');
          expect(contentOf(record, '').length).toBe(
            contentOf(p, '').length + contentOf(q, '').length - old.length,
          );
          const statuses = [p, q].flatMap(({ task }) => task?.status ?? []);
          expect([...statuses, earlierTask.status]).toContainEqual(record.task?.status);
          expect(record.snapshot?.events?.applied.contiguous('p')).toBe(ofP.length);
          expect(record.snapshot?.events?.applied.contiguous('q')).toBe(ofQ.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('lets no late status take a task out of a terminal state', async () => {
    await fc.assert(
      fc.asyncProperty(events('p'), events('q'), fc.scheduler(), async (ofP, ofQ, scheduler) => {
        const states: (TaskState | undefined)[] = [];
        const record = new SharedRecord(undefined, async () => {
          states.push(record.task?.status?.state);
          return scheduler.schedule(Promise.resolve());
        });
        await scheduler.waitFor(
          Promise.all(
            [identified(ofP, 'p'), identified(ofQ, 'q')].map((list) => listen(record, list)),
          ),
        );
        const { TASK_STATE_COMPLETED: completed } = TaskState;
        states.push(record.task?.status?.state);
        const end = states.indexOf(completed);
        expect(end !== -1).toBe(hasEnd(ofP) || hasEnd(ofQ));
        expect(end === -1 ? [] : states.slice(end).filter((state) => state !== completed)).toEqual(
          [],
        );
      }),
      { numRuns: 200 },
    );
  });
});

/** Messages, and parts by artifact, of a publisher, in their order. */
function contentOf({ task }: SharedRecord, publisher: string): string[] {
  const messages = task?.history.map(({ messageId }) => messageId) ?? [];
  const parts = (task?.artifacts ?? [])
    .toSorted((a, b) => (a.artifactId < b.artifactId ? -1 : 1))
    .flatMap((artifact) => artifact.parts.map(({ content }) => String(content?.value)));
  return [...messages, ...parts].filter((text) => text.startsWith(publisher));
}
