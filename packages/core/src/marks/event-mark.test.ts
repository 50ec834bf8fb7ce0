import { Task, TaskArtifactUpdateEvent, TaskState, TaskStatusUpdateEvent } from '@a2a-js/sdk';
import { AgentEvent } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { isAppended, markEvent, markOf } from './event-mark.ts';

const mark = { publisher: 'p-_1', counter: 7 };
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

describe('markEvent', () => {
  it('marks a status so that a clone has it, and its JSON has not', () => {
    const data = { taskId: 't', contextId: 'c', status, metadata: undefined };
    const marked = markEvent(AgentEvent.statusUpdate(data), mark);
    if (marked.kind !== 'statusUpdate' || !marked.data.status) throw new Error('another kind');
    expect(markOf(structuredClone(marked.data.status))).toEqual(mark);
    expect(TaskStatusUpdateEvent.toJSON(marked.data)).toEqual(TaskStatusUpdateEvent.toJSON(data));
    expect(markOf(status)).toBeUndefined();
  });

  it('marks an artifact and each of its parts', () => {
    const data: TaskArtifactUpdateEvent = {
      taskId: 't',
      contextId: 'c',
      artifact,
      append: true,
      lastChunk: false,
      metadata: undefined,
    };
    const marked = markEvent(AgentEvent.artifactUpdate(data), mark);
    if (marked.kind !== 'artifactUpdate' || !marked.data.artifact) throw new Error('another kind');
    const copy = structuredClone(marked.data.artifact);
    expect([copy, ...copy.parts].map(markOf)).toEqual([mark, mark, mark]);
    expect([artifact, ...artifact.parts].map(markOf)).toEqual([undefined, undefined, undefined]);
    expect([copy, artifact].map(isAppended)).toEqual([true, false]);
    const replacing = markEvent(AgentEvent.artifactUpdate({ ...data, append: false }), mark);
    if (replacing.kind !== 'artifactUpdate' || !replacing.data.artifact) throw new Error('no kind');
    expect(isAppended(replacing.data.artifact)).toBe(false);
    expect(TaskArtifactUpdateEvent.toJSON(marked.data)).toEqual(
      TaskArtifactUpdateEvent.toJSON(data),
    );
  });

  it('marks a task, which its JSON does not show', () => {
    const task = {
      id: 't',
      contextId: 'c',
      status,
      artifacts: [],
      history: [],
      metadata: undefined,
    };
    const marked = markEvent(AgentEvent.task(task), mark);
    if (marked.kind !== 'task') throw new Error('another kind');
    expect(markOf(structuredClone(marked.data))).toEqual(mark);
    expect(Task.toJSON(marked.data)).toEqual(Task.toJSON(task));
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
    expect(markEvent(event, mark)).toBe(event);
  });

  it.each(['', 'p', 'p.0', 'p.-1', 'p.1.2', '.1', 'p.1x', 7, null])('does not read %j', (value) => {
    expect(markOf({ 'a2a-redis:event': value })).toBeUndefined();
  });
});
