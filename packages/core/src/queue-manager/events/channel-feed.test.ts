import { describe, expect, it, vi } from 'vitest';

import { A2ARedisError } from '../../shared/errors.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import { ChannelFeed, type RequestMessage } from './channel-feed.ts';
import type { TaskFollower } from './event-transport.ts';

const TASK: TaskAddress = {
  scope: { tenant: '', owner: '' },
  taskId: 'task',
  name: '::task',
  state: 'state',
  log: 'log',
  channel: 'channel',
};

interface Word {
  readonly kind: 'word';
  readonly text: string;
}

/** What happens around a feed, in its order. */
class Surroundings {
  readonly notes: string[] = [];
  now = 0;
  /** What finding out where the task stands comes to. */
  onPlace: () => Promise<boolean> = async () => true;
  onJoin: () => Promise<void> = async () => {};
  receive: (message: string) => void = () => {};

  readonly follower: TaskFollower = {
    isOwn: () => false,
    isHeard: () => true,
    onNews: (news) => this.notes.push('error' in news ? news.error.message : news.kind),
  };

  feed(): WordFeed {
    return new WordFeed(this);
  }
}

/** A channel on which words come. */
class WordFeed extends ChannelFeed<Word> {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    super(TASK, around.follower, {
      runtime: { ...systemRuntime, now: () => around.now },
      hub: {
        join: async (channel, listener) => {
          around.receive = listener;
          await around.onJoin();
          around.notes.push(`joins ${channel}`);
        },
        leave: (channel) => around.notes.push(`leaves ${channel}`),
      },
      onError: (error) => around.notes.push(shown(error)),
    });
    this.#around = around;
  }

  override async check(): Promise<void> {
    this.noteHeard();
  }

  override async resume(): Promise<void> {
    this.follower.onNews({ kind: 'lost', error: this.lost('they were words') });
  }

  protected override parse(text: string): Word | RequestMessage | undefined {
    if (text === 'C') return { kind: 'request' };
    return text === '' ? undefined : { kind: 'word', text };
  }

  protected override take({ text }: Word): void {
    this.#around.notes.push(`takes ${text}`);
  }

  protected override async place(): Promise<void> {
    await this.persist(async () => {
      this.#around.notes.push('looks');
      return this.#around.onPlace();
    });
  }
}

describe('ChannelFeed', () => {
  it('is ready once it has joined and knows where the task stands', async () => {
    const around = new Surroundings();
    await around.feed().ready;
    expect(around.notes).toEqual(['joins channel', 'looks']);
  });

  it('looks again until it knows, after a pause where that failed', async () => {
    vi.useFakeTimers();
    const around = new Surroundings();
    const outcomes = [
      async () => false,
      async () => {
        throw new A2ARedisError('DEADLINE_EXCEEDED', 'away');
      },
    ];
    around.onPlace = async () => (await outcomes.shift()?.()) ?? true;
    const feed = around.feed();
    await vi.advanceTimersByTimeAsync(0);
    const failed = ['joins channel', 'looks', 'looks', 'A2ARedisError: away'];
    expect(around.notes).toEqual(failed);
    await vi.advanceTimersByTimeAsync(2000);
    await feed.ready;
    expect(around.notes).toEqual([...failed, 'looks']);
    vi.useRealTimers();
  });

  it.each([
    ['the client was closed', new A2ARedisError('CLIENT_CLOSED', 'closed')],
    ['Redis lacks a command', new A2ARedisError('SERVER_UNSUPPORTED', 'none')],
    [
      'the user lacks permission',
      new A2ARedisError('COMMAND_FAILED', 'refused', { cause: new Error('NOPERM no permission') }),
    ],
  ])('is never ready where %s', async (_where, fault) => {
    const around = new Surroundings();
    around.onPlace = async () => {
      throw fault;
    };
    await expect(around.feed().ready).rejects.toBe(fault);
    expect(around.notes).toEqual(['joins channel', 'looks']);
  });

  it('is ready once it is closed, and takes nothing then, nor looks', async () => {
    const around = new Surroundings();
    let join = (): void => {};
    around.onJoin = async () =>
      new Promise((resolve) => {
        join = resolve;
      });
    const feed = around.feed();
    feed.close();
    await feed.ready;
    around.receive('late');
    join();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(around.notes).toEqual(['leaves channel', 'joins channel']);
  });

  it('takes what comes, tells of requests, and reports what it cannot read', async () => {
    const around = new Surroundings();
    const feed = around.feed();
    around.receive('early');
    await feed.ready;
    around.now = 3;
    around.receive('C');
    expect(feed.heardAt).toBe(3);
    around.now = 5;
    around.receive('');
    expect(feed.heardAt).toBe(3);
    await feed.check();
    expect(feed.heardAt).toBe(5);
    expect(around.notes).toEqual([
      'takes early',
      'joins channel',
      'looks',
      'request',
      'A2ARedisError: A message of task "task" cannot be read. A message on channel "channel" cannot be read.',
    ]);
  });

  it('says of which task events were lost', async () => {
    const around = new Surroundings();
    const feed = around.feed();
    await feed.ready;
    await feed.resume();
    expect(around.notes.slice(2)).toEqual([
      'Events of task "task" were lost to a subscriber: they were words. Subscribe again for a fresh snapshot.',
    ]);
  });
});

/** An error with what it tells operators. */
function shown(error: unknown): string {
  const detail = error instanceof A2ARedisError ? error.detail : undefined;
  return detail === undefined ? String(error) : `${String(error)} ${detail}`;
}
