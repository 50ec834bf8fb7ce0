import { type StreamResponse, type Task, TaskState } from '@a2a-js/sdk';
import { AgentEvent, ServerCallContext } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { earlierTask, identified, message } from '../../../test/event-arbitraries.ts';
import { withEventId } from '../../event-ids/event-id.ts';
import { scopeResolver } from '../../shared/scope.ts';
import { DistributedSender, type SenderParts } from './distributed-sender.ts';
import { TaskTurns } from '../../shared/task-turns.ts';

const context = new ServerCallContext();
const chunks = earlierTask.artifacts.map((artifact) =>
  AgentEvent.artifactUpdate({
    taskId: 't',
    contextId: 'c',
    artifact,
    append: true,
    lastChunk: false,
    metadata: undefined,
  }),
);

function partsFor(isOwn: SenderParts['isOwn']): SenderParts {
  const persist = async (work: () => Promise<void>): Promise<void> => work();
  return { isOwn, resolveScope: scopeResolver(), turns: new TaskTurns(), persist };
}

function status(text: string, publisher?: string, counter = 1): StreamResponse {
  const update = {
    taskId: 't',
    contextId: 'c',
    status: { state: TaskState.TASK_STATE_WORKING, message: undefined, timestamp: text },
    metadata: undefined,
  };
  const event = AgentEvent.statusUpdate(update);
  const sent = publisher === undefined ? event : withEventId(event, { publisher, counter });
  if (sent.kind !== 'statusUpdate') throw new Error('another kind');
  return { payload: { $case: 'statusUpdate', value: sent.data } };
}

/** A sender that takes the longer the earlier it is asked, and what it has sent. */
function slowSender(): { send: (response: StreamResponse) => Promise<void>; sent: string[] } {
  const sent: string[] = [];
  let delays = 5;
  return {
    sent,
    send: async ({ payload }) => {
      for (let turn = (delays -= 1); turn > 0; turn -= 1) await new Promise(setImmediate);
      const text = payload?.$case === 'statusUpdate' ? payload.value.status?.timestamp : undefined;
      if (text === 'fails') throw new Error('refused');
      sent.push(text ?? '');
    },
  };
}

describe('DistributedSender', () => {
  it('sends each event of its own process once, and none of another', async () => {
    const inner = slowSender();
    const sender = new DistributedSender(
      inner,
      partsFor((publisher) => publisher === 'own-1'),
    );
    await Promise.all(
      [
        status('1', 'own-1', 1),
        status('1', 'own-1', 1),
        status('of another replica', 'other-1', 1),
        status('2', 'own-1', 2),
        status('1', 'own-1', 1),
      ].map(async (response) => sender.send(response, context, earlierTask)),
    );
    expect(inner.sent).toEqual(['1', '2']);
  });

  it('sends nothing of event ids', async () => {
    const sent: string[] = [];
    const sender = new DistributedSender(
      {
        send: async (response, _context, task) => void sent.push(JSON.stringify([response, task])),
      },
      partsFor(() => true),
    );
    const eventId = { publisher: 'own-1', counter: 9 };
    for (const task of identified([AgentEvent.task(earlierTask), ...chunks], 'own-1')) {
      const payload =
        task.kind === 'task'
          ? { $case: 'task' as const, value: task.data }
          : task.kind === 'artifactUpdate'
            ? { $case: 'artifactUpdate' as const, value: task.data }
            : undefined;
      const held = withEventId(AgentEvent.task(structuredClone(earlierTask)), eventId);
      if (held.kind === 'task') await sender.send({ payload }, context, held.data);
    }
    await sender.send(status('1', 'own-1', 10), context, earlierTask);
    expect(sent).toHaveLength(3);
    expect(sent.join('')).not.toContain('a2a-redis');
  });

  it('sends the events of a task in their order, also after one that fails', async () => {
    const inner = slowSender();
    const sender = new DistributedSender(
      inner,
      partsFor(() => true),
    );
    const task: Task = earlierTask;
    const outcomes = await Promise.allSettled(
      ['1', 'fails', '2', '3'].map(async (text, index) =>
        sender.send(status(text, 'own-1', index + 1), context, task),
      ),
    );
    expect(inner.sent).toEqual(['1', '2', '3']);
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
  });

  it('sends what has no event id as often as it is asked to', async () => {
    const inner = slowSender();
    const sender = new DistributedSender(
      inner,
      partsFor(() => false),
    );
    await sender.send(status('a'), context, earlierTask);
    await sender.send(status('a'), context, earlierTask);
    expect(inner.sent).toEqual(['a', 'a']);
  });

  it('sends what was stored in the order in which it was, and not again for requests', async () => {
    const inner = slowSender();
    const sender = new DistributedSender(
      inner,
      partsFor(() => true),
    );
    const stored = async (counter: number): Promise<void> =>
      sender.sendStored(earlierTask.id, context, { publisher: 'own-1', counter }, () => ({
        response: status(String(counter), 'own-1', counter),
        context,
        task: earlierTask,
      }));
    await Promise.all([
      stored(1),
      stored(2),
      sender.send(status('1', 'own-1', 1), context, earlierTask),
      stored(3),
      stored(2),
    ]);
    expect(inner.sent).toEqual(['1', '2', '3']);
  });

  it('lets nobody wait for the webhooks of another task, tenant or owner, nor for an answer of its own', async () => {
    const held = new Set<string>();
    const inner = {
      send: async ({ payload }: StreamResponse, { tenant, user }: ServerCallContext) => {
        const taskId = payload?.$case === 'statusUpdate' ? payload.value.taskId : 'none';
        const name = `${tenant ?? ''} ${user?.userName ?? ''} ${taskId}`;
        held.add(name);
        await new Promise(() => {});
      },
    };
    const sender = new DistributedSender(
      inner,
      partsFor(() => true),
    );
    const contextOf = (tenant: string, userName: string): ServerCallContext =>
      new ServerCallContext({ tenant, user: { isAuthenticated: true, userName } });
    const answer: StreamResponse = {
      payload: { $case: 'message', value: { ...message('m'), taskId: '' } },
    };
    void sender.send(status('1'), contextOf('acme', 'ann'), earlierTask);
    void sender.send(status('2'), contextOf('acme', 'ann'), earlierTask);
    void sender.send(status('1'), contextOf('acme', 'bob'), earlierTask);
    void sender.send(status('1'), contextOf('other', 'ann'), earlierTask);
    void sender.send(answer, contextOf('acme', 'eve'));
    void sender.send(answer, contextOf('acme', 'fay'));
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect([...held]).toEqual([
      'acme ann t',
      'acme bob t',
      'other ann t',
      'acme eve none',
      'acme fay none',
    ]);
  });
});
