import { A2ARedisError } from '@a2a-redis/core';
import type { FeedNews, RedisTaskState, TaskAddress } from '@a2a-redis/core/queue-manager';
import { systemRuntime } from '@a2a-redis/core/shared';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { isAfter, type LogEntry, sequenceOf } from './log-message.ts';
import { StreamFeed } from './stream-feed.ts';

const TASK: TaskAddress = {
  scope: { tenant: '', owner: '' },
  taskId: 'task',
  name: '::task',
  state: 'state',
  log: 'log',
  channel: 'channel',
};

/** A feed to which a test gives the messages itself, and the log from which it reads. */
class Feed {
  readonly events: string[] = [];
  readonly losses: string[] = [];
  readonly errors: string[] = [];
  requests = 0;
  /** From which entry on the log was read, each time. */
  readonly reads: number[] = [];
  /** How often the feed asked where the log stands. */
  looks = 0;
  readonly feed: StreamFeed;
  epoch: string;
  entries: LogEntry[] = [];
  /** Done after the log said where it stands, and before the feed knows. */
  afterLook: () => Promise<void> = async () => {};
  /** Done after the log was read, and before the feed has what was read. */
  afterRead: () => Promise<void> = async () => {};
  clock = 0;
  /** When entries are appended. */
  ms = 1;
  /** The id of the last entry, as far as the state knows. */
  last = '0-0';
  isJoined = false;
  #last = 0;
  #receive: (message: string) => void = () => {};

  /** @param entries How many entries the log has at first. */
  constructor(entries = 0) {
    this.epoch = entries === 0 ? '' : 'e1';
    for (let count = 0; count < entries; count += 1) this.append('s');
    this.feed = new StreamFeed(
      TASK,
      {
        isOwn: () => false,
        isHeard: () => true,
        onNews: (news) => {
          this.#hear(news);
        },
      },
      {
        runtime: { ...systemRuntime, now: () => this.clock },
        log: {
          position: async () => {
            this.looks += 1;
            const found = { epoch: this.epoch, sequence: this.#last, id: this.last };
            await this.afterLook();
            return found;
          },
          after: async (_, id, count) => {
            this.reads.push(sequenceOf(id) ?? 0);
            const read = this.entries.filter((entry) => isAfter(entry.id, id)).slice(0, count);
            // As every call, it is under way when the feed goes on.
            await Promise.resolve();
            await this.afterRead();
            return read;
          },
        },
        hub: {
          join: async (_, listener) => {
            this.isJoined = true;
            this.#receive = listener;
          },
          leave: () => {
            this.isJoined = false;
          },
        },
        onError: (error) => this.errors.push(String(Reflect.get(Object(error), 'detail') ?? error)),
      },
    );
  }

  #hear(news: FeedNews): void {
    if (news.kind === 'event') {
      const { eventId, body } = news.event;
      this.events.push(`${eventId.counter} ${body}`);
    } else if (news.kind === 'request') {
      this.requests += 1;
    } else {
      const { message } = news.error;
      if (news.kind === 'lost')
        this.losses.push(/subscriber: (.*)\. Subscribe/.exec(message)?.[1] ?? '');
      else this.errors.push(message);
    }
  }

  static async open(entries = 0): Promise<Feed> {
    const feed = new Feed(entries);
    await feed.feed.ready;
    return feed;
  }

  /** Appends events, and returns the message that announces them. */
  append(...bodies: string[]): string {
    if (this.epoch === '') this.epoch = 'e1';
    const first = this.#last + 1;
    const before = this.last;
    const lines: string[] = [];
    for (const body of bodies) {
      this.#last += 1;
      const sequence = this.#last;
      const eventId = { publisher: 'a-1', counter: sequence };
      this.last = `${this.ms}-${sequence}`;
      this.entries.push({ sequence, id: this.last, eventId, body });
      lines.push(`a-1 ${sequence} ${body}`);
    }
    return `E${this.epoch} ${this.ms} ${first} ${before}\n${lines.join('\n')}`;
  }

  /** Tells that the log has events, as a message does that would be too long with them. */
  lookAt(last: number): string {
    return `L${this.epoch} 1-${last}`;
  }

  /** A failover takes the last entries of the log back; what is appended then is later. */
  takeBack(count: number): void {
    this.entries = this.entries.slice(0, -count);
    this.#last -= count;
    this.last = `${this.ms}-${this.#last}`;
    this.ms += 1;
  }

  /** The log is lost, and begins anew. */
  beginAnew(epoch: string): void {
    this.epoch = epoch;
    this.entries = [];
    this.#last = 0;
    this.last = '0-0';
  }

  receive(message: string): void {
    this.#receive(message);
  }

  /** Resolves when what is being read was read: nothing here waits for longer than that. */
  async settled(): Promise<void> {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** A state that says where the log stands. */
function stateAt(epoch: string, last: string): RedisTaskState {
  const none = { runs: [], cancels: new Map(), counters: new Map(), fenced: new Set<string>() };
  const noted = epoch === '' ? [] : Object.entries({ epoch, last });
  return { phase: 'running', noted: new Map(noted), ...none };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('StreamFeed', () => {
  it('hands on each event once, in order, and reads nothing', async () => {
    const feed = await Feed.open();
    const first = feed.append('s1', 's2');
    feed.receive(first);
    feed.receive(first);
    feed.receive(feed.append('s3'));
    feed.receive(`Ee1 1 2 1-1\na-1 2 s2\na-1 3 s3\na-1 4 z`);
    expect(feed.events).toEqual(['1 s1', '2 s2', '3 s3', '4 z']);
    expect([feed.losses, feed.reads]).toEqual([[], []]);
  });

  it('begins where the log stands, and drops the messages up to there', async () => {
    const feed = await Feed.open(7);
    feed.receive(`Ee1 1 6 1-5\na-1 6 s\na-1 7 s`);
    feed.receive(feed.append('s8'));
    expect([feed.events, feed.losses, feed.reads]).toEqual([['8 s8'], [], []]);
  });

  it('keeps messages that come before it knows where the log stands', async () => {
    const feed = new Feed(2);
    feed.afterLook = async () => {
      feed.receive('Ee1 1 2 1-1\na-1 2 s');
      feed.receive(feed.append('s3'));
      feed.receive(feed.append('s4'));
    };
    expect(feed.events).toEqual([]);
    await feed.feed.ready;
    expect([feed.events, feed.losses, feed.reads]).toEqual([['3 s3', '4 s4'], [], []]);
  });

  it('reads what is missing where a message does not follow on', async () => {
    const feed = await Feed.open(1);
    feed.append('s2', 's3');
    feed.receive(feed.append('s4'));
    expect(feed.events).toEqual([]);
    await feed.settled();
    expect([feed.events, feed.losses, feed.reads]).toEqual([['2 s2', '3 s3', '4 s4'], [], [1]]);
    feed.receive(feed.append('s5'));
    expect([feed.events.at(-1), feed.reads]).toEqual(['5 s5', [1]]);
  });

  it('hands on nothing ahead of what it is reading', async () => {
    const feed = await Feed.open();
    feed.append('s1');
    feed.afterRead = async () => {
      feed.afterRead = async () => {};
      feed.receive(feed.append('s3'));
      // It follows on the entry before it, and not on what the feed has.
      expect(feed.events).toEqual([]);
    };
    feed.receive(feed.append('s2'));
    await feed.settled();
    expect([feed.events, feed.losses, feed.reads]).toEqual([['1 s1', '2 s2', '3 s3'], [], [0, 2]]);
  });

  it('reads what is too long for a message, as much at once as there is room for', async () => {
    const feed = await Feed.open();
    feed.append(...Array.from({ length: 600 }, () => 's'));
    feed.receive(feed.lookAt(600));
    await feed.settled();
    feed.receive(feed.lookAt(600));
    feed.receive(feed.lookAt(9));
    await feed.settled();
    expect(feed.events).toEqual(Array.from({ length: 600 }, (_, index) => `${index + 1} s`));
    expect(feed.reads).toEqual([0, 256, 512]);
  });

  it('tells that a log begins anew, and goes on with it', async () => {
    const feed = await Feed.open(3);
    feed.beginAnew('e2');
    feed.receive(feed.append('s1', 's2'));
    expect(feed.losses).toEqual(['its log was lost and has begun anew']);
    feed.receive(feed.append('s3'));
    expect([feed.events, feed.losses.length, feed.reads]).toEqual([
      ['1 s1', '2 s2', '3 s3'],
      1,
      [],
    ]);
  });

  it('takes the first epoch of a task for no loss', async () => {
    const feed = await Feed.open();
    feed.receive(feed.append('s1'));
    expect([feed.events, feed.losses]).toEqual([['1 s1'], []]);
  });

  it('reads the beginning of a new epoch where it missed that', async () => {
    const feed = await Feed.open(3);
    feed.beginAnew('e2');
    feed.append('s1', 's2', 's3');
    feed.receive(feed.append('s4'));
    await feed.settled();
    expect(feed.events).toEqual(['1 s1', '2 s2', '3 s3', '4 s4']);
    expect([feed.losses, feed.reads]).toEqual([['its log was lost and has begun anew'], [0]]);
  });

  it('drops what it read of an epoch that is over by then', async () => {
    const feed = await Feed.open();
    feed.append('old', 'old');
    feed.afterRead = async () => {
      feed.afterRead = async () => {};
      feed.beginAnew('e2');
      feed.append('s1');
      feed.receive(feed.append('s2'));
    };
    feed.receive(feed.append('old'));
    await feed.settled();
    expect(feed.events).toEqual(['1 s1', '2 s2']);
    expect([feed.losses, feed.reads]).toEqual([['its log was lost and has begun anew'], [0, 0]]);
  });

  it('reads what was missed when the connection is back', async () => {
    const feed = await Feed.open(2);
    await feed.feed.resume();
    expect([feed.looks, feed.reads]).toEqual([2, []]);
    feed.append('s3', 's4');
    await feed.feed.resume();
    expect([feed.events, feed.losses]).toEqual([['3 s3', '4 s4'], []]);
    feed.receive(feed.append('s5'));
    expect([feed.events.at(-1), feed.reads]).toEqual(['5 s5', [2]]);
  });

  it('finds after a silence what was never announced, in a state that was read anyhow', async () => {
    const feed = await Feed.open(2);
    feed.clock = 7;
    await feed.feed.check(stateAt('e1', '1-2'));
    expect([feed.feed.heardAt, feed.looks, feed.reads]).toEqual([7, 1, []]);
    feed.append('s3');
    await feed.feed.check(stateAt('e1', '1-3'));
    expect([feed.events, feed.losses, feed.looks]).toEqual([['3 s3'], [], 1]);
    // Nothing was logged, as far as that tells.
    await feed.feed.check(stateAt('', ''));
    expect([feed.losses, feed.reads]).toEqual([[], [2]]);
    feed.beginAnew('e2');
    feed.append('s1');
    await feed.feed.check(stateAt('e2', '1-1'));
    expect([feed.events.at(-1), feed.losses.length]).toEqual(['1 s1', 1]);
  });

  it('says when it heard anything last', async () => {
    const feed = await Feed.open();
    expect(feed.feed.heardAt).toBe(0);
    feed.clock = 3;
    feed.receive('C');
    expect([feed.feed.heardAt, feed.requests]).toEqual([3, 1]);
    feed.clock = 5;
    feed.receive(feed.append('s1'));
    expect(feed.feed.heardAt).toBe(5);
  });

  it('tells that events were trimmed away, and goes on with those that are left', async () => {
    const feed = await Feed.open(1);
    feed.append('s2', 's3', 's4');
    feed.entries = feed.entries.slice(-1);
    feed.receive(feed.append('s5'));
    await feed.settled();
    expect(feed.events).toEqual(['4 s4', '5 s5']);
    expect(feed.losses).toEqual(['its log was trimmed beyond them']);
  });

  it('tells once that its log is gone, and goes on with what is announced next', async () => {
    const feed = await Feed.open(1);
    feed.append('s2');
    const message = feed.append('s3');
    feed.entries = [];
    feed.receive(message);
    await feed.settled();
    feed.receive(message);
    await feed.settled();
    expect([feed.events, feed.losses]).toEqual([[], ['its log no longer holds them']]);
    feed.receive(feed.append('s4'));
    expect([feed.events, feed.losses.length]).toEqual([['4 s4'], 1]);
  });

  it('hands on what a log has in place of entries that a failover took back', async () => {
    const feed = await Feed.open(2);
    feed.receive(feed.append('s3', 's4'));
    feed.takeBack(2);
    // Nobody heard of these; then comes one whose sequence follows on the entry that is no more.
    feed.append('n3', 'n4');
    feed.receive(feed.append('n5'));
    await feed.settled();
    expect(feed.events).toEqual(['3 s3', '4 s4', '3 n3', '4 n4', '5 n5']);
    feed.receive(feed.append('n6'));
    expect([feed.events.at(-1), feed.losses, feed.reads]).toEqual(['6 n6', [], [4]]);
  });

  it.each(['resume', 'check'] as const)(
    'finds what a log has again after a failover, by %s',
    async (look) => {
      const feed = await Feed.open(2);
      feed.receive(feed.append('s3', 's4'));
      feed.takeBack(2);
      await (look === 'resume' ? feed.feed.resume() : feed.feed.check(stateAt('e1', feed.last)));
      expect([feed.events.length, feed.losses, feed.reads]).toEqual([2, [], []]);
      feed.append('n3');
      await (look === 'resume' ? feed.feed.resume() : feed.feed.check(stateAt('e1', feed.last)));
      expect([feed.events, feed.losses]).toEqual([['3 s3', '4 s4', '3 n3'], []]);
    },
  );

  it('hands on what a log has that is behind its message, and tells what it lacks', async () => {
    const feed = await Feed.open(1);
    feed.append('s2', 's3', 's4');
    const message = feed.lookAt(4);
    // As of a replica that was promoted before it had the last entries.
    feed.entries = feed.entries.slice(0, 2);
    feed.receive(message);
    await feed.settled();
    expect([feed.events, feed.losses]).toEqual([['2 s2'], ['its log no longer holds them']]);
    expect(feed.reads).toEqual([1, 2]);
    feed.receive(feed.append('s5'));
    expect([feed.events.at(-1), feed.losses.length, feed.reads.length]).toEqual(['5 s5', 1, 2]);
  });

  it('is told of a gap that a publisher left', async () => {
    const feed = await Feed.open();
    feed.receive(feed.append('s1', 'g2', 's4'));
    expect([feed.events, feed.losses]).toEqual([
      ['1 s1', '3 s4'],
      ['its publisher could not send 2 of them'],
    ]);
  });

  it('reports a message that it cannot read, and finds at the next what it announced', async () => {
    const feed = await Feed.open();
    feed.append('s1');
    feed.receive('nonsense');
    expect(feed.errors).toEqual(['A message on channel "channel" cannot be read.']);
    feed.receive(feed.append('s2'));
    await feed.settled();
    expect([feed.events, feed.losses]).toEqual([['1 s1', '2 s2'], []]);
  });

  it('reports that it could not read, and does with the next message', async () => {
    const feed = await Feed.open();
    feed.append('s1');
    feed.afterRead = async () => {
      feed.afterRead = async () => {};
      throw new A2ARedisError('DEADLINE_EXCEEDED', 'away');
    };
    feed.receive(feed.append('s2'));
    await feed.settled();
    expect([feed.events, feed.errors]).toEqual([[], ['A2ARedisError: away']]);
    feed.receive(feed.append('s3'));
    await feed.settled();
    expect([feed.events, feed.losses]).toEqual([['1 s1', '2 s2', '3 s3'], []]);
  });

  it('asks again where the log stands until it is told', async () => {
    vi.useFakeTimers();
    const feed = new Feed(2);
    feed.afterLook = async () => {
      if (feed.looks < 3) throw new A2ARedisError('DEADLINE_EXCEEDED', 'away');
    };
    feed.receive(feed.append('s3'));
    await vi.advanceTimersByTimeAsync(4000);
    await feed.feed.ready;
    expect([feed.looks, feed.errors]).toEqual([3, ['A2ARedisError: away', 'A2ARedisError: away']]);
    feed.receive(feed.append('s4'));
    expect([feed.events, feed.losses]).toEqual([['4 s4'], []]);
  });

  it('is never ready where the client was closed', async () => {
    const feed = new Feed();
    feed.afterLook = async () => {
      throw new A2ARedisError('CLIENT_CLOSED', 'closed');
    };
    await expect(feed.feed.ready).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
    expect(feed.errors).toEqual([]);
  });

  it('hears nothing once it is closed, nor reads', async () => {
    const feed = await Feed.open();
    feed.feed.close();
    expect(feed.isJoined).toBe(false);
    feed.receive(feed.append('s1'));
    await feed.feed.check();
    await feed.feed.check(stateAt('e1', '1-1'));
    expect([feed.events, feed.looks, feed.reads]).toEqual([[], 1, []]);
  });

  it('hands on nothing that it was reading when it was closed', async () => {
    const feed = await Feed.open();
    feed.append('s1');
    feed.afterRead = async () => {
      feed.feed.close();
    };
    feed.receive(feed.append('s2'));
    await feed.settled();
    expect([feed.events, feed.losses]).toEqual([[], []]);
  });

  it('is ready once it is closed: nothing is to come', async () => {
    const feed = new Feed();
    feed.afterLook = async () => new Promise(() => {});
    feed.feed.close();
    await feed.feed.ready;
    feed.receive(feed.append('s1'));
    expect(feed.events).toEqual([]);
  });

  it('hands on each event once and in order, whichever messages are lost or come again', async () => {
    const batch = fc.record({
      count: fc.integer({ min: 1, max: 5 }),
      fate: fc.constantFrom('comes', 'is lost', 'comes twice', 'only tells where the log stands'),
      isRead: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 20 }), async (batches) => {
        const feed = await Feed.open();
        const expected: string[] = [];
        for (const { count, fate, isRead } of batches) {
          const bodies = Array.from({ length: count }, (_, at) => `s${expected.length + 1 + at}`);
          const message = feed.append(...bodies);
          for (const body of bodies) expected.push(`${body.slice(1)} ${body}`);
          if (fate === 'only tells where the log stands')
            feed.receive(feed.lookAt(expected.length));
          else if (fate !== 'is lost') feed.receive(message);
          if (fate === 'comes twice') feed.receive(message);
          if (isRead) await feed.settled();
        }
        await feed.feed.resume();
        expect([feed.events, feed.losses]).toEqual([expected, []]);
      }),
    );
  });
});
