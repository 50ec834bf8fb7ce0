import { A2ARedisError } from '@a2a-redis/core';
import type { FeedNews, RedisTaskState, TaskAddress } from '@a2a-redis/core/queue-manager';
import { systemRuntime } from '@a2a-redis/core/shared';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { eventsMessage } from './channel-message.ts';
import { PubSubFeed } from './pubsub-feed.ts';

const TASK: TaskAddress = {
  scope: { tenant: '', owner: '' },
  taskId: 'task',
  name: '::task',
  state: 'state',
  log: 'log',
  channel: 'channel',
};

/** A feed to which a test gives the messages itself. */
class Feed {
  readonly events: string[] = [];
  readonly losses: string[] = [];
  readonly errors: string[] = [];
  requests = 0;
  announcements = 0;
  readonly feed: PubSubFeed;
  /** What is announced, each time that it is asked for. */
  position = 'Pover\n';
  /** What is kept of an event, by publisher and counter. */
  kept: (eventId: string) => Promise<string | undefined> = async () => undefined;
  /** Whether anybody here subscribes to what is published here. */
  hasSubscribers = false;
  #receive: (message: string) => void = () => {};

  constructor() {
    this.feed = new PubSubFeed(
      TASK,
      {
        isOwn: (publisher) => publisher === 'own-1',
        isHeard: (publisher) => publisher !== 'own-1' || this.hasSubscribers,
        onNews: (news) => {
          this.#hear(news);
        },
      },
      {
        runtime: systemRuntime,
        hub: {
          join: async (_, listener) => {
            this.#receive = listener;
          },
          leave: () => {
            this.#receive = () => {};
          },
        },
        channel: {
          announcePosition: async () => {
            this.announcements += 1;
            this.receive(this.position);
          },
          kept: async (_, { publisher, counter }) => this.kept(`${publisher} ${counter}`),
        },
        onError: (error) => this.errors.push(shown(error)),
      },
    );
  }

  #hear(news: FeedNews): void {
    if (news.kind === 'event') {
      const { eventId, body } = news.event;
      this.events.push(`${eventId.publisher} ${eventId.counter} ${body}`);
    } else if (news.kind === 'request') {
      this.requests += 1;
    } else {
      const { message } = news.error;
      if (news.kind !== 'lost')
        this.losses.push(/subscriber: (.*)\. Subscribe/.exec(message)?.[1] ?? '');
      else this.errors.push(message);
    }
  }

  static async open(position = 'Pover\n'): Promise<Feed> {
    const feed = new Feed();
    feed.position = position;
    await feed.feed.ready;
    return feed;
  }

  receive(message: string): void {
    this.#receive(message);
  }

  receiveEvents(publisher: string, first: number, ...bodies: string[]): void {
    this.receive(eventsMessage(publisher, first, bodies));
  }
}

function stateWith(
  phase: RedisTaskState['phase'],
  counters: Record<string, number> = {},
): RedisTaskState {
  const map = new Map(Object.entries(counters));
  const none = { runs: [], cancels: new Map(), noted: new Map(), fenced: new Set<string>() };
  return { phase, counters: map, ...none };
}

describe('PubSubFeed', () => {
  it('hands on each event once, in order', async () => {
    const feed = await Feed.open();
    feed.receiveEvents('a-1', 1, 's1', 's2');
    feed.receiveEvents('a-1', 1, 's1', 's2');
    feed.receiveEvents('b-1', 1, 's1');
    feed.receiveEvents('a-1', 2, 's2', 's3', 'z');
    expect(feed.events).toEqual(['a-1 1 s1', 'a-1 2 s2', 'b-1 1 s1', 'a-1 3 s3', 'a-1 4 z']);
    expect(feed.losses).toEqual([]);
  });

  it('takes publishers who began before it as they are', async () => {
    const feed = await Feed.open('Plive\na-1 7');
    feed.receiveEvents('a-1', 8, 's8');
    expect([feed.events, feed.losses]).toEqual([['a-1 8 s8'], []]);
  });

  it('tells a jump, a later beginning, and what never came, once each', async () => {
    const feed = await Feed.open('Plive\na-1 7');
    feed.receiveEvents('a-1', 10, 's10');
    feed.receiveEvents('b-1', 3, 's3');
    feed.receive('Plive\na-1 12\nb-1 3\nc-1 1');
    feed.receive('Plive\na-1 12\nb-1 3\nc-1 1');
    expect(feed.losses).toEqual([
      '2 of them did not come, or could not be sent',
      '2 of them did not come, or could not be sent',
      '3 of them did not come',
    ]);
  });

  it('tells of events that are too long once, and goes on behind them', async () => {
    const feed = await Feed.open('Plive\na-1 7');
    feed.receive('La-1 8 1');
    feed.receive('La-1 8 1');
    feed.receiveEvents('a-1', 9, 's9');
    feed.receive('La-1 11 1\nz');
    feed.receive('Pover\na-1 11');
    expect(feed.events).toEqual(['a-1 9 s9', 'a-1 12 z']);
    expect(feed.losses).toEqual([
      'they are too long for a message, and no store has them',
      '1 of them did not come, or could not be sent',
      'they are too long for a message, and no store has them',
    ]);
  });

  it('fetches events that are too long for a message, and keeps all in their order', async () => {
    const feed = await Feed.open('Plive\na-1 7');
    const fetched: ((body: string | undefined) => void)[] = [];
    const asked: string[] = [];
    feed.kept = async (eventId) => {
      asked.push(eventId);
      return new Promise((resolve) => {
        fetched.push(resolve);
      });
    };
    feed.receiveEvents('a-1', 8, 's8', 'k', 's10');
    feed.receiveEvents('b-1', 1, 's1');
    feed.receiveEvents('a-1', 11, 'k', 'z');
    feed.receiveEvents('a-1', 9, 'k');
    expect([feed.events, asked]).toEqual([['a-1 8 s8'], ['a-1 9']]);
    fetched[0]?.('long 9');
    await vi.waitUntil(() => fetched.length === 2);
    const before = ['a-1 8 s8', 'a-1 9 long 9', 'a-1 10 s10', 'b-1 1 s1'];
    expect([feed.events, asked]).toEqual([before, ['a-1 9', 'a-1 11']]);
    fetched[1]?.('long 11');
    await vi.waitUntil(() => feed.events.length > before.length);
    expect(feed.events).toEqual([...before, 'a-1 11 long 11', 'a-1 12 z']);
    feed.receiveEvents('b-1', 2, 's2');
    expect(feed.events.at(-1)).toBe('b-1 2 s2');
    expect([feed.losses, feed.errors]).toEqual([[], []]);
  });

  it('tells that an event is lost that is kept no longer, or cannot be fetched', async () => {
    const feed = await Feed.open('Plive\na-1 7');
    const loss = 'one was too long for a message, and could not be fetched';
    feed.receiveEvents('a-1', 8, 'k', 's9');
    await vi.waitUntil(() => feed.events.length > 0);
    feed.kept = async () => Promise.reject(new A2ARedisError('DEADLINE_EXCEEDED', 'Late.'));
    feed.receiveEvents('a-1', 10, 'k', 's11');
    await vi.waitUntil(() => feed.events.length > 1);
    expect([feed.events, feed.losses]).toEqual([
      ['a-1 9 s9', 'a-1 11 s11'],
      [loss, loss],
    ]);
    expect(feed.errors).toEqual(['A2ARedisError: Late.']);
  });

  it('fetches nothing that nobody hears, and holds a bounded number of messages', async () => {
    const feed = await Feed.open();
    feed.kept = async () => expect.unreachable();
    feed.receiveEvents('own-1', 1, 'k', 'z');
    expect(feed.events).toEqual(['own-1 2 z']);
    let fetched: ((body: string) => void) | undefined;
    feed.kept = async () =>
      new Promise((resolve) => {
        fetched = resolve;
      });
    feed.receiveEvents('a-1', 1, 'k', ...Array.from({ length: 10_005 }, () => 's'));
    await vi.waitUntil(() => fetched !== undefined);
    fetched?.('long');
    await vi.waitUntil(() => feed.losses.length > 0);
    expect(feed.losses).toEqual(['too many came at once']);
    expect(feed.events).toHaveLength(10_002);
    feed.feed.close();
  });

  it('tells that the end did not come, and not of one that came', async () => {
    const feed = await Feed.open();
    feed.receiveEvents('a-1', 1, 's1', 'z');
    feed.receive('Pover\n');
    feed.receiveEvents('a-2', 1, 's1');
    feed.receive('Pover\n');
    feed.receive('Pover\n');
    expect(feed.losses).toEqual(['the last of them did not come']);
  });

  it('misses what this process publishes itself only where somebody here subscribes to it', async () => {
    const feed = await Feed.open();
    feed.receiveEvents('own-1', 3, 's3');
    feed.receive('Plive\nown-1 9');
    feed.receive('Pover\n');
    expect([feed.events, feed.losses]).toEqual([['own-1 3 s3'], []]);
    feed.hasSubscribers = true;
    feed.receiveEvents('own-1', 12, 's12');
    feed.receive('Plive\nown-1 13');
    expect(feed.events).toEqual(['own-1 3 s3', 'own-1 12 s12']);
    expect(feed.losses).toEqual([
      '2 of them did not come, or could not be sent',
      '1 of them did not come',
    ]);
  });

  it('asks for the position only where it seems to be behind', async () => {
    const feed = await Feed.open('Plive\na-1 2');
    await feed.feed.check(stateWith('running', { 'a-1': 2, 'own-1': 9 }));
    expect(feed.announcements).toBe(1);
    feed.position = 'Plive\na-1 3';
    await feed.feed.check(stateWith('running', { 'a-1': 3 }));
    expect([feed.announcements, feed.losses]).toEqual([2, ['1 of them did not come']]);
    feed.position = 'Pover\n';
    await feed.feed.check(stateWith('none'));
    expect([feed.announcements, feed.losses.length]).toEqual([3, 2]);
  });

  it('looks after requests and its position when the connection is back', async () => {
    const feed = await Feed.open('Plive\na-1 2');
    feed.receive('C');
    await feed.feed.resume();
    expect([feed.requests, feed.announcements, feed.losses]).toEqual([2, 2, []]);
  });

  it('asks again for a position that does not come', async () => {
    vi.useFakeTimers();
    try {
      const feed = new Feed();
      feed.position = '';
      await vi.advanceTimersByTimeAsync(2000);
      expect(feed.announcements).toBe(2);
      feed.position = 'Pover\n';
      await vi.advanceTimersByTimeAsync(2000);
      await feed.feed.ready;
      expect(feed.announcements).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it('hears nothing once it is closed', async () => {
    const feed = await Feed.open();
    feed.feed.close();
    feed.receiveEvents('a-1', 1, 's1');
    await feed.feed.check();
    expect([feed.events, feed.announcements]).toEqual([[], 1]);
  });

  it('reports a message that it cannot read', async () => {
    const feed = await Feed.open();
    feed.receive('nonsense');
    expect(feed.errors).toEqual([
      'A2ARedisError: A message of task "task" cannot be read. A message on channel "channel" cannot be read.',
    ]);
    expect([feed.events, feed.losses]).toEqual([[], []]);
  });

  it('is ready once it is closed: nothing is to come', async () => {
    const feed = new Feed();
    feed.position = '';
    feed.feed.close();
    await feed.feed.ready;
    expect(feed.announcements).toBeLessThan(2);
  });

  it('tells exactly how many events it lost, whichever messages are lost', async () => {
    const batch = fc.record({
      publisher: fc.constantFrom('a-1', 'b-1', 'own-1'),
      count: fc.integer({ min: 1, max: 5 }),
      isLost: fc.boolean(),
      isAnnounced: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 30 }), async (batches) => {
        const feed = await Feed.open();
        const counters = new Map<string, number>();
        const announce = (): void => {
          const lines = [...counters].map(([publisher, counter]) => `${publisher} ${counter}`);
          feed.receive(`Plive\n${lines.join('\n')}`);
        };
        const expected: string[] = [];
        let lost = 0;
        for (const { publisher, count, isLost, isAnnounced } of batches) {
          const before = counters.get(publisher) ?? 0;
          counters.set(publisher, before + count);
          const bodies = Array.from({ length: count }, (_, index) => `s${before + 1 + index}`);
          if (isLost) {
            lost += publisher === 'own-1' ? 0 : count;
          } else {
            feed.receiveEvents(publisher, before + 1, ...bodies);
            for (const body of bodies) expected.push(`${publisher} ${body.slice(1)} ${body}`);
          }
          if (isAnnounced) announce();
        }
        announce();
        expect(feed.events).toEqual(expected);
        const told = feed.losses.map((reason) => Number(/^\d+/.exec(reason)?.[0]));
        expect(told.reduce((sum, count) => sum + count, 0)).toBe(lost);
      }),
    );
  });

  it('keeps the counters of a bounded number of publishers, whoever publishes', async () => {
    const feed = await Feed.open();
    feed.receive(eventsMessage('real-1', 1, ['a', 'b']));
    for (let forged = 1; forged < 1000; forged += 1)
      feed.receive(eventsMessage(`x-${forged}`, 1, ['f']));
    feed.receive(eventsMessage('real-1', 3, ['c']));
    expect(feed.losses).toEqual([]);
    // Forgotten, it is as one of whom nothing was heard: that is told as a loss, never as silence.
    for (let forged = 1; forged <= 1000; forged += 1)
      feed.receive(eventsMessage(`y-${forged}`, 1, ['f']));
    feed.receive(eventsMessage('real-1', 4, ['d']));
    expect(feed.losses).toHaveLength(1);
    expect(feed.losses[0]).toContain('3 of them did not come');
    expect(feed.events.filter((event) => event.startsWith('real-1'))).toHaveLength(4);
  });
});

/** An error with what it tells operators. */
function shown(error: unknown): string {
  const detail = error instanceof A2ARedisError ? error.detail : undefined;
  return detail === undefined ? String(error) : `${String(error)} ${detail}`;
}
