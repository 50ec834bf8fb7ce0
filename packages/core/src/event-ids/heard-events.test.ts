import { type StreamResponse, type Task, TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, ServerCallContext } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { HeardEvents, takeHeardEvent } from './heard-events.ts';

function taskIn(state: TaskState, metadata = {}): Task {
  const held = { state, message: undefined, timestamp: undefined };
  return { id: 't', contextId: 'c', status: held, artifacts: [], history: [], metadata };
}

function chunk(): AgentExecutionEvent {
  return AgentEvent.artifactUpdate({
    taskId: 't',
    contextId: 'c',
    artifact: undefined,
    append: true,
    lastChunk: false,
    metadata: undefined,
  });
}

function status(): AgentExecutionEvent {
  const { status: held } = taskIn(TaskState.TASK_STATE_WORKING);
  return AgentEvent.statusUpdate({
    taskId: 't',
    contextId: 'c',
    status: held,
    metadata: undefined,
  });
}

/** What a request tells of an event: of a task event, what is stored, beside what it has of the task. */
function take(event: AgentExecutionEvent, context: ServerCallContext): number | undefined {
  const { kind, data } = event;
  if (kind === 'task') {
    const stored: StreamResponse = { payload: { $case: 'task', value: structuredClone(data) } };
    const merged = { ...structuredClone(data), metadata: { merged: true } };
    return takeHeardEvent(stored, context, merged)?.counter;
  }
  const response = { payload: { $case: kind, value: data } } as StreamResponse;
  return takeHeardEvent(response, context, undefined)?.counter;
}

/** A request that has heard events, with counters from 1. */
function heard(
  context: ServerCallContext,
  events: readonly AgentExecutionEvent[],
  first = 1,
): HeardEvents {
  const request = new HeardEvents(context);
  for (const [index, event] of events.entries()) {
    request.add(event, { publisher: 'r-1', counter: first + index });
  }
  return request;
}

describe('takeHeardEvent', () => {
  it('finds each event that a request tells of once, of a task event by its clone', () => {
    const context = new ServerCallContext();
    const events = [
      AgentEvent.task(taskIn(TaskState.TASK_STATE_SUBMITTED)),
      status(),
      chunk(),
      AgentEvent.task(taskIn(TaskState.TASK_STATE_COMPLETED)),
    ];
    heard(context, events);
    expect(events.map((event) => take(event, context))).toEqual([1, 2, 3, 4]);
    expect(events.map((event) => take(event, context))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('tells events apart that are one object, or have one status', () => {
    const context = new ServerCallContext();
    const again = chunk();
    const working = AgentEvent.task(taskIn(TaskState.TASK_STATE_WORKING));
    const events = [working, again, again, structuredClone(working), again];
    heard(context, events);
    expect(events.map((event) => take(event, context))).toEqual([1, 2, 3, 4, 5]);
  });

  it('passes over what the request did not tell of', () => {
    const context = new ServerCallContext();
    const events = [status(), chunk(), chunk()];
    heard(context, events);
    expect([events[1], events[0], events[2]].map((event) => event && take(event, context))).toEqual(
      [2, undefined, 3],
    );
  });

  it('finds what each of several requests of one context heard, however far each is', () => {
    const context = new ServerCallContext();
    const events = [AgentEvent.task(taskIn(TaskState.TASK_STATE_WORKING)), chunk(), chunk()];
    heard(context, events);
    heard(context, events);
    const told = [0, 1, 0, 1, 2, 2].map((index) => take(events[index] ?? chunk(), context));
    expect(told).toEqual([1, 2, 1, 2, 3, 3]);
  });

  it('finds nothing of another context, of a message, or of what nobody heard', () => {
    const context = new ServerCallContext();
    const event = chunk();
    heard(context, [event]);
    expect(take(event, new ServerCallContext())).toBeUndefined();
    expect(take(chunk(), context)).toBeUndefined();
    expect(takeHeardEvent({ payload: undefined }, context, undefined)).toBeUndefined();
    expect(take(event, context)).toBe(1);
  });

  it('keeps a bounded number of events, and of requests', () => {
    const context = new ServerCallContext();
    const events = Array.from({ length: 10_001 }, chunk);
    heard(context, events);
    expect([events[0], events[1]].map((event) => event && take(event, context))).toEqual([
      undefined,
      2,
    ]);
    const many = Array.from({ length: 1001 }, chunk);
    const another = new ServerCallContext();
    const requests = many.map((event) => heard(another, [event]));
    expect(requests).toHaveLength(1001);
    expect([many[0], many[1]].map((event) => event && take(event, another))).toEqual([
      undefined,
      1,
    ]);
  });
});
