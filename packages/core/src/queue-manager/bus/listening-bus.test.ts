import { Message } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, DefaultExecutionEventBus } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { ListeningBus } from './listening-bus.ts';

const event = AgentEvent.message(Message.fromJSON({ messageId: 'm' }));

/** Does nothing but call listeners. */
class PlainBus extends ListeningBus {
  readonly changes: string[] = [];

  get listenerCount(): number {
    return this.listeners.count;
  }

  publish(published: AgentExecutionEvent): void {
    this.listeners.emit(published);
  }

  finished(): void {
    this.listeners.emitFinished();
  }

  protected override listenerAdded(name: 'event' | 'finished'): void {
    this.changes.push(`+${name}`);
  }

  protected override listenersRemoved(): void {
    this.changes.push('-');
  }
}

describe.each([
  ['the bus of the SDK', () => new DefaultExecutionEventBus()],
  ['ListeningBus', () => new PlainBus(() => {})],
])('%s', (_name, open) => {
  it('calls listeners in the order in which they were added', () => {
    const calls: string[] = [];
    const bus = open()
      .on('event', () => calls.push('a'))
      .on('finished', () => calls.push('end'))
      .on('event', () => calls.push('b'));
    bus.publish(event);
    bus.finished();
    expect(calls).toEqual(['a', 'b', 'end']);
  });

  it('hands on the very event', () => {
    const seen: AgentExecutionEvent[] = [];
    open()
      .on('event', (each) => seen.push(each))
      .publish(event);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBe(event);
  });

  it('calls a listener as often as it was added, and forgets it as often as it was removed', () => {
    let calls = 0;
    const listener = (): void => void (calls += 1);
    const bus = open().on('event', listener).on('event', listener);
    bus.publish(event);
    bus.off('event', listener).publish(event);
    bus.off('event', listener).off('event', listener).publish(event);
    expect(calls).toBe(3);
  });

  it('calls a listener for one event only, where it was added so', () => {
    const calls: string[] = [];
    const bus = open()
      .once('event', () => calls.push('once'))
      .once('finished', () => calls.push('end'));
    bus.publish(event);
    bus.publish(event);
    bus.finished();
    bus.finished();
    expect(calls).toEqual(['once', 'end']);
  });

  it('removes the listeners of one kind, or all', () => {
    const calls: string[] = [];
    const bus = open()
      .on('event', () => calls.push('event'))
      .on('finished', () => calls.push('end'));
    bus.removeAllListeners('event').publish(event);
    bus.finished();
    bus.removeAllListeners().finished();
    expect(calls).toEqual(['end']);
  });

  it('does not call a listener that a listener adds for the event at hand', () => {
    const calls: string[] = [];
    const bus = open();
    bus.on('event', () => {
      if (calls.push('first') === 1) bus.on('event', () => calls.push('second'));
    });
    bus.publish(event);
    bus.publish(event);
    expect(calls).toEqual(['first', 'first', 'second']);
  });
});

describe('ListeningBus', () => {
  it('goes on after a listener that fails, and reports it', () => {
    const errors: unknown[] = [];
    const calls: string[] = [];
    const bus = new PlainBus((error) => errors.push(error));
    bus.on('event', () => {
      throw new Error('mine');
    });
    bus.on('event', () => calls.push('next'));
    bus.publish(event);
    expect([calls, errors]).toEqual([['next'], [new Error('mine')]]);
  });

  it('tells its heir of listeners that come and go', () => {
    const bus = new PlainBus(() => {});
    const listener = (): void => {};
    bus.on('event', listener).once('finished', listener).off('finished', listener);
    bus.off('finished', listener).removeAllListeners();
    expect(bus.changes).toEqual(['+event', '+finished', '-', '-']);
    expect(bus.listenerCount).toBe(0);
  });
});
