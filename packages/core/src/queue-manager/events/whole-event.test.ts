import {
  Artifact,
  Message,
  Task,
  TaskArtifactUpdateEvent,
  TaskStatus,
  TaskStatusUpdateEvent,
} from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { decodeEvent, encodeEvent } from './event-codec.ts';
import { wholeEvent } from './whole-event.ts';

/** What a JavaScript caller may publish. */
function published(kind: string, data: unknown): AgentExecutionEvent {
  return { kind, data } as AgentExecutionEvent;
}

const MESSAGE = Message.fromJSON({});
const ARTIFACT = Artifact.fromJSON({});

describe('wholeEvent', () => {
  it('is the event itself where nothing is missing', () => {
    const parts = [{ text: 'a' }, { data: null }, { url: '' }];
    const events = [
      AgentEvent.message(Message.fromJSON({ parts })),
      AgentEvent.task(
        Task.fromJSON({
          status: { message: { parts } },
          artifacts: [{ parts }],
          history: [{ parts }],
        }),
      ),
      AgentEvent.statusUpdate(TaskStatusUpdateEvent.fromJSON({ status: { message: { parts } } })),
      AgentEvent.artifactUpdate(TaskArtifactUpdateEvent.fromJSON({ artifact: { parts } })),
    ];
    for (const event of events) expect(wholeEvent(event)).toBe(event);
  });

  it.each([
    ['a message of which nothing is there', published('message', {}), AgentEvent.message(MESSAGE)],
    ['a task of which nothing is there', published('task', {}), AgentEvent.task(Task.fromJSON({}))],
    [
      'a task with empty values',
      published('task', { status: {}, artifacts: [{}], history: [{ role: null, parts: [{}] }] }),
      AgentEvent.task(Task.fromJSON({ status: {}, artifacts: [{}], history: [{ parts: [{}] }] })),
    ],
    [
      'a status that is null',
      published('statusUpdate', { status: null, metadata: null }),
      AgentEvent.statusUpdate(TaskStatusUpdateEvent.fromJSON({})),
    ],
    [
      'a status of which nothing is there',
      published('statusUpdate', { status: { state: null, message: {} } }),
      AgentEvent.statusUpdate({
        ...TaskStatusUpdateEvent.fromJSON({}),
        status: { ...TaskStatus.fromJSON({}), message: MESSAGE },
      }),
    ],
    [
      'an artifact that is null',
      published('artifactUpdate', { artifact: null, append: null }),
      AgentEvent.artifactUpdate(TaskArtifactUpdateEvent.fromJSON({})),
    ],
    [
      'an artifact without parts',
      published('artifactUpdate', { artifact: { parts: null } }),
      AgentEvent.artifactUpdate({ ...TaskArtifactUpdateEvent.fromJSON({}), artifact: ARTIFACT }),
    ],
    [
      'content without a kind, or a value',
      published('message', {
        parts: [{ content: { value: 'a' } }, { content: { $case: 'text', value: null } }],
      }),
      AgentEvent.message(Message.fromJSON({ parts: [{}, {}] })),
    ],
  ])('fills in %s, which is what comes to others', (_, event, whole) => {
    expect(wholeEvent(event)).toEqual(whole);
    expect(decodeEvent(encodeEvent(event))).toEqual(whole);
  });

  it('leaves the event as it was published', () => {
    const data = { artifact: { parts: null } };
    wholeEvent(published('artifactUpdate', data));
    expect(data).toEqual({ artifact: { parts: null } });
  });

  it.each([
    published('other', {}),
    published('task', null),
    published('message', { parts: 'text', role: 'user' }),
  ])('leaves what has a wrong type', (event) => {
    expect(
      Object.entries(event.data ?? {}).every(([name, value]) => {
        return Reflect.get(wholeEvent(event).data, name) === value;
      }),
    ).toBe(true);
  });
});
