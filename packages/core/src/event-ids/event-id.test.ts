import { Task, TaskArtifactUpdateEvent, TaskState, TaskStatusUpdateEvent } from '@a2a-js/sdk';
import { AgentEvent } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { isAppended, withEventId, eventIdOf } from './event-id.ts';

const eventId = { publisher: 'p-_1', counter: 7 };
const status = { state: TaskState.TASK_STATE_WORKING, message: undefined, timestamp: undefined };
const part = {
  content: { $case: 'text' as const, value: 'chunk' },
  mediaType: 'text/plain',
  filename: '',
  metadata: undefined,
};
const artifact = {
  artifactId: 'a',
  name: '',
  description: '',
  parts: [part, part],
  metadata: undefined,
  extensions: [],
};

describe('withEventId', () => {
  it('gives a status its id so that a clone has it, and its JSON has not', () => {
    const data = { taskId: 't', contextId: 'c', status, metadata: undefined };
    const identified = withEventId(AgentEvent.statusUpdate(data), eventId);
    if (identified.kind !== 'statusUpdate' || !identified.data.status)
      throw new Error('another kind');
    expect(eventIdOf(structuredClone(identified.data.status))).toEqual(eventId);
    expect(TaskStatusUpdateEvent.toJSON(identified.data)).toEqual(
      TaskStatusUpdateEvent.toJSON(data),
    );
    expect(eventIdOf(status)).toBeUndefined();
  });

  it('gives an id to an artifact and each of its parts', () => {
    const data: TaskArtifactUpdateEvent = {
      taskId: 't',
      contextId: 'c',
      artifact,
      append: true,
      lastChunk: false,
      metadata: undefined,
    };
    const identified = withEventId(AgentEvent.artifactUpdate(data), eventId);
    if (identified.kind !== 'artifactUpdate' || !identified.data.artifact)
      throw new Error('another kind');
    const copy = structuredClone(identified.data.artifact);
    expect([copy, ...copy.parts].map(eventIdOf)).toEqual([eventId, eventId, eventId]);
    expect([artifact, ...artifact.parts].map(eventIdOf)).toEqual([undefined, undefined, undefined]);
    expect([copy, artifact].map(isAppended)).toEqual([true, false]);
    const replacing = withEventId(AgentEvent.artifactUpdate({ ...data, append: false }), eventId);
    if (replacing.kind !== 'artifactUpdate' || !replacing.data.artifact) throw new Error('no kind');
    expect(isAppended(replacing.data.artifact)).toBe(false);
    expect(TaskArtifactUpdateEvent.toJSON(identified.data)).toEqual(
      TaskArtifactUpdateEvent.toJSON(data),
    );
  });

  it('gives a task its id, which its JSON does not show', () => {
    const task = {
      id: 't',
      contextId: 'c',
      status,
      artifacts: [],
      history: [],
      metadata: undefined,
    };
    const identified = withEventId(AgentEvent.task(task), eventId);
    if (identified.kind !== 'task') throw new Error('another kind');
    expect(eventIdOf(structuredClone(identified.data))).toEqual(eventId);
    expect(Task.toJSON(identified.data)).toEqual(Task.toJSON(task));
  });

  it('leaves a message as it is', () => {
    const event = AgentEvent.message({
      messageId: 'm',
      contextId: 'c',
      taskId: '',
      role: 2,
      parts: [part],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    });
    expect(withEventId(event, eventId)).toBe(event);
  });

  it.each(['', 'p', 'p.0', 'p.-1', 'p.1.2', '.1', 'p.1x', 7, null])('does not read %j', (value) => {
    expect(eventIdOf({ 'a2a-redis:event': value })).toBeUndefined();
  });
});
