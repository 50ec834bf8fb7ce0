import { TaskState } from '@a2a-js/sdk';
import type { ExecutionEventBus } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { Random } from '../kernel/random.ts';
import { type BusReplica, BusWorld, CONTEXT, type ReplicaOptions } from './bus-world.ts';
import { begun, listen, part, status } from './events.ts';

const { TASK_STATE_COMPLETED, TASK_STATE_INPUT_REQUIRED } = TaskState;

interface Running {
  readonly world: BusWorld;
  /** Executes the task. */
  readonly a: BusReplica;
  readonly bus: ExecutionEventBus;
  /** Only listens. */
  readonly b: BusReplica;
  /** Publishes parts of the task. */
  readonly publish: (...tokens: readonly string[]) => void;
  readonly complete: () => void;
}

/** A task that is executed on one replica, and has some parts. */
async function running(tokens: readonly string[], options: ReplicaOptions = {}): Promise<Running> {
  const world = new BusWorld();
  const [a, b] = [world.replica('a'), world.replica('b', options)];
  const bus = a.bus('t');
  const publish = (...more: readonly string[]): void => {
    for (const token of more) bus.publish(part('t', token));
  };
  bus.publish(begun('t'));
  publish(...tokens);
  await world.pass(10);
  const complete = (): void => {
    bus.publish(status('t', TASK_STATE_COMPLETED));
    bus.finished();
  };
  return { world, a, bus, b, publish, complete };
}

/** Keeps the record and the state of the task; brings both back to what they were. */
function backup({ redis }: BusWorld): () => void {
  const kept = [...redis.keys()].flatMap(({ key, type }) => {
    const isOfTask = type === 'hash' && /:t\}(?::state)?$/.test(key);
    const fields = isOfTask ? redis.execute(['HGETALL', key]) : undefined;
    return Array.isArray(fields) ? [{ key, fields: fields.map(String) }] : [];
  });
  expect(kept).toHaveLength(2);
  return () => {
    for (const { key, fields } of kept) {
      redis.execute(['DEL', key]);
      redis.execute(['HSET', key, ...fields]);
    }
  };
}

/** A replica loses so many of the messages that come meanwhile, which are not kept either. */
async function losing(
  world: BusWorld,
  { link }: BusReplica,
  count: number,
  publish: () => void,
): Promise<void> {
  link.hold();
  publish();
  await world.pass(10);
  link.lose(count);
  world.messages.trim();
  link.release();
}

describe('a subscriber', () => {
  it('gets what its snapshot lacks, then what comes, and the end', async () => {
    const { world, b, publish, complete } = await running(['1', '2']);
    const { heard, snapshot } = b.subscribe('t');
    // It has its snapshot, and does not follow the task yet: these come from the log.
    await world.pass(0);
    publish('3', '4');
    await world.pass(10);
    publish('5');
    complete();
    await world.pass(10);
    expect(await snapshot).toEqual(['1', '2']);
    expect(heard).toEqual(['3', '4', '5', 'COMPLETED', 'finished']);
    expect(b.errors).toEqual([]);
  });

  it('gets events once that are under way while it joins', async () => {
    const { world, b, publish, complete } = await running(['1']);
    const first = b.subscribe('t');
    await world.pass(10);
    b.link.hold();
    publish('2', '3');
    await world.pass(10);
    // The feed is there by now, and behind: its messages bring what the snapshot holds.
    const second = b.subscribe('t');
    await world.pass(10);
    expect([first.heard, await second.snapshot, second.heard]).toEqual([[], ['1', '2', '3'], []]);
    b.link.deliver(1);
    publish('4');
    b.link.release();
    await world.pass(10);
    complete();
    await world.pass(10);
    expect(first.heard).toEqual(['2', '3', '4', 'COMPLETED', 'finished']);
    expect(second.heard).toEqual(['4', 'COMPLETED', 'finished']);
  });

  it('gets what came in while it was found out what it lacks, after that', async () => {
    const { world, b, publish, complete } = await running(['1']);
    const { heard, snapshot } = b.subscribe('t');
    await world.pass(0);
    publish('2');
    b.link.holdAnswers();
    await world.pass(10);
    publish('3', '4');
    complete();
    await world.pass(10);
    expect(heard).toEqual([]);
    b.link.releaseAnswers();
    await world.pass(0);
    expect(await snapshot).toEqual(['1']);
    expect(heard).toEqual(['2', '3', '4', 'COMPLETED', 'finished']);
  });

  it('of a task that asks its user gets what comes of the answer', async () => {
    const { world, a, b, bus, complete } = await running(['1']);
    bus.publish(status('t', TASK_STATE_INPUT_REQUIRED));
    a.manager.settleByTaskId('t', bus, undefined, CONTEXT);
    await world.pass(100);
    const { heard } = b.subscribe('t');
    await world.pass(60_000);
    expect(heard).toEqual([]);
    a.bus('t');
    complete();
    await world.pass(100);
    expect(heard).toEqual(['COMPLETED', 'finished']);
  });

  it('of a task that is over is told its end, and nothing else', async () => {
    const { world, b, complete } = await running(['1']);
    complete();
    await world.pass(100);
    const { heard, snapshot } = b.subscribe('t');
    await world.pass(10);
    expect([await snapshot, heard]).toEqual([['1'], ['COMPLETED', 'finished']]);
  });

  it('of a task that nobody knows is finished after a second look', async () => {
    const world = new BusWorld();
    const { heard, snapshot } = world.replica('a').subscribe('unknown');
    await world.pass(150);
    expect(heard).toEqual([]);
    await world.pass(100);
    expect([await snapshot, heard]).toEqual([undefined, ['finished']]);
  });

  it('with a snapshot from before the end gets the end, though its events are not kept', async () => {
    const { world, b, complete } = await running(['1']);
    b.link.hold();
    const { heard } = b.subscribe('t');
    await world.pass(10);
    complete();
    await world.pass(10);
    b.link.lose(10);
    b.link.release();
    expect(heard).toEqual([]);
    // Nothing comes any more that would show it: the state is looked at now and then.
    await world.pass(10_000);
    expect(heard).toEqual(['COMPLETED', 'finished']);
  });

  it('leaves, and others go on', async () => {
    const { world, b, publish, complete } = await running(['1']);
    const stays = b.subscribe('t');
    const leaver = b.manager.getByTaskId('t', CONTEXT);
    const left = listen(leaver);
    await world.pass(10);
    publish('2');
    await world.pass(10);
    leaver.removeAllListeners();
    publish('3');
    await world.pass(10);
    complete();
    await world.pass(10);
    expect(left.heard).toEqual(['2']);
    expect(stays.heard).toEqual(['2', '3', 'COMPLETED', 'finished']);
  });

  it('where the task is executed hears an event once others can, and it once', async () => {
    const { world, a, publish, complete } = await running(['1']);
    const { heard } = a.subscribe('t');
    await world.pass(10);
    a.client.goAway();
    publish('2');
    await world.pass(1000);
    expect(heard).toEqual([]);
    a.client.comeBack();
    await world.pass(10);
    expect(heard).toEqual(['2']);
    complete();
    await world.pass(100);
    expect(heard).toEqual(['2', 'COMPLETED', 'finished']);
  });

  it('publishes on the bus of its task', async () => {
    const { world, a, b } = await running(['1']);
    const { heard } = a.subscribe('t');
    await world.pass(10);
    const other = b.manager.getByTaskId('t', CONTEXT);
    other.publish(part('t', 'b1'));
    await world.pass(10);
    expect(heard).toEqual(['b1']);
  });

  it('gets the end of a task whose replica is gone', async () => {
    const { world, a, b } = await running(['1']);
    const { heard } = b.subscribe('t');
    await world.pass(20_000);
    a.kill();
    await world.pass(20_000);
    expect(heard).toEqual(['FAILED', 'finished']);
  });

  it('is given up where more comes in before its snapshot than may wait', async () => {
    const { world, b, publish } = await running(['1'], { maxPendingEvents: 2 });
    const first = b.subscribe('t');
    await world.pass(10);
    b.client.goAway();
    const second = b.subscribe('t');
    publish('2', '3', '4');
    await world.pass(10);
    expect([first.heard, second.heard]).toEqual([
      ['2', '3', '4'],
      ['EVENTS_LOST', 'finished'],
    ]);
    expect(b.errors).toEqual([
      'More than 2 events of task "t" came in before its snapshot. Subscribe again.',
    ]);
  });
});

describe('a message that is lost', () => {
  it('leaves no gap: what it brought is read', async () => {
    const { world, b, publish, complete } = await running(['1']);
    const { heard } = b.subscribe('t');
    await world.pass(10);
    b.link.hold();
    publish('2', '3', '4');
    await world.pass(10);
    b.link.lose(2);
    b.link.release();
    expect(heard).toEqual(['2', '3', '4']);
    complete();
    await world.pass(10);
    expect(heard.slice(3)).toEqual(['COMPLETED', 'finished']);
  });
});

describe('a loss', () => {
  it('ends those whom nothing can make up for it, and nobody who comes later', async () => {
    const { world, a, b, publish, complete } = await running(['1']);
    const lost = b.subscribe('t');
    await world.pass(10);
    await losing(world, b, 2, () => {
      publish('2', '3');
    });
    publish('4');
    await world.pass(10);
    expect(lost.heard).toEqual(['EVENTS_LOST', 'finished']);
    const later = b.subscribe('t');
    await world.pass(10);
    complete();
    await world.pass(10);
    expect([await later.snapshot, later.heard]).toEqual([
      ['1', '2', '3', '4'],
      ['COMPLETED', 'finished'],
    ]);
    expect(b.errors).toEqual([
      'Events of task "t" were lost to a subscriber: they are not kept any more.',
    ]);
    expect(a.errors).toEqual([]);
  });

  it('that the record makes up for is one fresh task, and the rest comes after it', async () => {
    const { world, b, publish, complete } = await running(['1'], { readsRecords: true });
    const { heard } = b.subscribe('t');
    await world.pass(10);
    await losing(world, b, 2, () => {
      publish('2', '3');
    });
    publish('4');
    await world.pass(10);
    publish('5');
    await world.pass(10);
    complete();
    await world.pass(10);
    expect(heard).toEqual(['task SUBMITTED [1 2 3 4]', '5', 'COMPLETED', 'finished']);
  });

  it('by a failover is made up for by the record that its publisher has mended', async () => {
    const { world, b, publish, complete } = await running(['1'], { readsRecords: true });
    const first = b.subscribe('t');
    await world.pass(10);
    const takeBack = backup(world);
    publish('2');
    await world.pass(10);
    takeBack();
    world.messages.trim();
    // The feed has heard what this one lacks: nobody would send it again.
    const second = b.subscribe('t');
    await world.pass(10);
    publish('3');
    await world.pass(10);
    publish('4');
    complete();
    await world.pass(10);
    expect([await second.snapshot, second.heard]).toEqual([
      ['1'],
      ['task SUBMITTED [1 2 3]', '4', 'COMPLETED', 'finished'],
    ]);
    expect(first.heard).toEqual(['2', '3', '4', 'COMPLETED', 'finished']);
  });

  it('of the end is the task with its end', async () => {
    const { world, b, publish, complete } = await running(['1'], { readsRecords: true });
    const { heard } = b.subscribe('t');
    await world.pass(10);
    await losing(world, b, 10, () => {
      publish('2');
      complete();
    });
    await world.pass(10_000);
    expect(heard).toEqual(['task COMPLETED [1 2]', 'finished']);
  });

  it('while somebody joins is in what they begin with, where the record makes up for it', async () => {
    const { world, b, publish, complete } = await running(['1'], { readsRecords: true });
    const first = b.subscribe('t');
    await world.pass(10);
    const second = b.subscribe('t');
    b.client.goAway();
    await losing(world, b, 2, () => {
      publish('2', '3');
    });
    publish('4');
    await world.pass(10);
    b.client.comeBack();
    await world.pass(10);
    complete();
    await world.pass(10);
    expect(first.heard).toEqual(['task SUBMITTED [1 2 3 4]', 'COMPLETED', 'finished']);
    expect(await second.snapshot).toEqual(['1', '2', '3', '4']);
    expect(second.heard).toEqual(['COMPLETED', 'finished']);
  });

  it.each([false, true])(
    'of what a snapshot lacks: the record makes up for it: %s',
    async (does) => {
      const { world, b, publish, complete } = await running(['1'], { readsRecords: does });
      const { heard, snapshot } = b.subscribe('t');
      // It has its snapshot, and does not follow the task yet.
      await world.pass(0);
      publish('2');
      await world.pass(0);
      world.messages.trim();
      await world.pass(10);
      complete();
      await world.pass(10);
      expect(await snapshot).toEqual(['1']);
      expect(heard).toEqual(
        does ? ['task SUBMITTED [1 2]', 'COMPLETED', 'finished'] : ['EVENTS_LOST', 'finished'],
      );
    },
  );

  it('of an event that nobody can read ends those who need it', async () => {
    const { world, b, publish } = await running(['1']);
    const { heard } = b.subscribe('t');
    await world.pass(10);
    const [channel = ''] = world.messages.channels();
    world.messages.publish(channel, 'Ex-1 1 ?');
    publish('2');
    await world.pass(10);
    expect(heard).toEqual(['EVENTS_LOST', 'finished']);
    expect(b.errors).toEqual([
      'An event of task "t" was lost to a subscriber: it cannot be read. Subscribe again for a fresh snapshot.',
    ]);
  });
});

describe('whatever becomes of messages', () => {
  it.each([
    ['all events are kept', false],
    ['records make up for events that are not kept', true],
  ])('a subscriber has each part once and in order, where %s', async (_where, readsRecords) => {
    for (let seed = 0; seed < 40; seed += 1) {
      const chance = new Random(`${readsRecords} ${seed}`);
      const { world, b, publish, complete } = await running(['1'], { readsRecords });
      const all = [b.subscribe('t')];
      let count = 1;
      const steps: Readonly<Record<string, () => void>> = {
        publish: () => publish(String((count += 1)), String((count += 1))),
        hold: () => b.link.hold(),
        deliver: () => b.link.deliver(1),
        release: () => b.link.release(),
        lose: () => b.link.lose(1),
        join: () => all.push(b.subscribe('t')),
        trim: () => readsRecords && world.messages.trim(),
        'hold answers': () => b.link.holdAnswers(),
        answer: () => b.link.releaseAnswers(),
      };
      for (let step = 0; step < 16; step += 1) {
        steps[chance.pick(Object.keys(steps))]?.();
        await world.pass(chance.integer(0, 3));
      }
      b.link.release();
      b.link.releaseAnswers();
      await world.pass(10);
      complete();
      await world.pass(20_000);
      const tokens = Array.from({ length: count }, (_, index) => String(index + 1));
      for (const { snapshot, heard } of all) {
        expect([seed, ...tokensHeard((await snapshot) ?? [], heard)]).toEqual([seed, ...tokens]);
        expect(heard.at(-1)).toBe('finished');
      }
    }
  });
});

/** The parts that a subscriber has in the end: a fresh task takes the place of all before. */
function tokensHeard(snapshot: readonly string[], heard: readonly string[]): readonly string[] {
  let tokens = [...snapshot];
  for (const event of heard) {
    const [, fresh] = /^task \S+ \[(.*)\]$/.exec(event) ?? [];
    if (fresh !== undefined) tokens = fresh.split(' ');
    else if (/^\d+$/.test(event)) tokens.push(event);
  }
  return tokens;
}
