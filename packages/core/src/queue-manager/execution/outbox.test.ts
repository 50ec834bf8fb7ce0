import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { A2ARedisError } from '../../shared/errors.ts';
import { systemRuntime } from '../../runtime/runtime.ts';
import { END_OF_EVENTS, type EventBatch, type SendOutcome } from '../events/event-transport.ts';
import { Outbox, type OutboxLimits } from './outbox.ts';
import { QueueKeys } from '../state/queue-keys.ts';

const task = new QueueKeys('p:').task({ tenant: '', owner: '' }, 't');

let sent: EventBatch[];
let errors: A2ARedisError[];
let fenced: number;
let onSend: (batch: EventBatch) => Promise<SendOutcome>;

beforeEach(() => {
  sent = [];
  errors = [];
  fenced = 0;
  onSend = async () => 'accepted';
});
afterEach(() => {
  vi.useRealTimers();
});

function openOutbox(limits: Partial<OutboxLimits> = {}, isAway = () => false): Outbox {
  const send = async (batch: EventBatch): Promise<SendOutcome> => {
    sent.push(batch);
    return onSend(batch);
  };
  const all = { maxPendingEvents: 10_000, publishDeadlineMs: 1000, ...limits };
  // With timers of its own: those of the system may be real or those of a test.
  const parts = {
    runtime: { ...systemRuntime },
    send,
    task,
    publisher: 'run-1',
    limits: all,
    isAway,
  };
  return new Outbox(parts, {
    onError: (error) => errors.push(error),
    onFenced: () => (fenced += 1),
  });
}

/**
 * Pushes an event of which Redis says nothing for a while.
 *
 * @returns Has Redis accept it, and all that follows.
 */
async function awayFor(outbox: Outbox, counter = 1): Promise<() => void> {
  vi.useFakeTimers();
  let accept = (_outcome: SendOutcome): void => {};
  onSend = async () =>
    new Promise((resolve) => {
      accept = resolve;
    });
  outbox.push(counter, String(counter));
  await vi.advanceTimersByTimeAsync(3000);
  return () => {
    vi.useRealTimers();
    onSend = async () => 'accepted';
    accept('accepted');
  };
}

/** What was sent, as `<first counter>:<bodies>`. */
function batches(): string[] {
  return sent.map(({ firstCounter, bodies }) => `${firstCounter}:${bodies.join(',')}`);
}

describe('Outbox', () => {
  it('sends together what is pushed in one turn, and what comes while it sends', async () => {
    const outbox = openOutbox();
    onSend = async () => {
      if (sent.length === 1) outbox.push(3, 'c');
      if (sent.length === 1) outbox.push(4, 'd');
      return 'accepted';
    };
    outbox.push(1, 'a');
    outbox.push(2, 'b');
    await outbox.drained();
    expect(batches()).toEqual(['1:a,b', '3:c,d']);
    expect(outbox.waiting).toEqual([]);
  });

  it('tells once of damage that was found, and goes on', async () => {
    const outbox = openOutbox();
    const damage = new A2ARedisError('CORRUPT_RECORD', 'The state was damaged.');
    onSend = async () => {
      if (sent.length <= 2) throw damage;
      return 'accepted';
    };
    const outcomes: string[] = [];
    outbox.push(1, 'a', (outcome) => outcomes.push(outcome));
    await outbox.drained();
    expect(batches()).toEqual(['1:a', '1:a', '1:a']);
    expect(outcomes).toEqual(['accepted']);
    expect(errors).toEqual([damage]);
  });

  it('tells of all damage that was found, each once', async () => {
    const outbox = openOutbox();
    const damage = (detail: string): A2ARedisError =>
      new A2ARedisError('CORRUPT_RECORD', 'The state was damaged.', { detail });
    const away = new A2ARedisError('DEADLINE_EXCEEDED', 'Redis stayed away.');
    const failures = [away, damage('one'), damage('two'), damage('one')];
    onSend = async () => {
      const failure = failures[sent.length - 1];
      if (failure !== undefined) throw failure;
      return 'accepted';
    };
    outbox.push(1, 'a');
    await outbox.drained();
    expect(errors.map(({ detail }) => detail)).toEqual(['one', 'two']);
  });

  it('says of which events a call was made before, whether or not it had a reply', async () => {
    const outbox = openOutbox();
    onSend = async () => {
      if (sent.length === 1) throw new A2ARedisError('LIMIT_EXCEEDED', 'Too much at once.');
      if (sent.length === 2) throw new A2ARedisError('DEADLINE_EXCEEDED', 'No reply.');
      return 'accepted';
    };
    for (const counter of [1, 2, 3]) outbox.push(counter, 'x');
    await outbox.drained();
    outbox.push(4, 'x');
    await outbox.drained();
    expect(sent.map(({ bodies, sentBefore }) => [bodies.length, sentBefore])).toEqual([
      [3, 0],
      // One by one, the first of them twice.
      ...Array.from({ length: 5 }, () => [1, 3]),
    ]);
  });

  it('sends the end of the run alone where the events before it came after that of their task', async () => {
    const outbox = openOutbox();
    onSend = async ({ bodies }) => (bodies.length > 1 ? 'ended' : 'accepted');
    const outcomes: string[] = [];
    outbox.push(1, 'a', (outcome) => outcomes.push(`a ${outcome}`));
    outbox.push(2, END_OF_EVENTS, (outcome) => outcomes.push(`end ${outcome}`));
    await outbox.drained();
    expect(batches()).toEqual(['1:a,z', '2:z']);
    expect(outcomes).toEqual(['a late', 'end accepted']);
    expect(errors).toEqual([]);
  });

  it('tells of each event that is accepted, in order', async () => {
    const outbox = openOutbox();
    const accepted: number[] = [];
    for (let counter = 1; counter <= 300; counter += 1) {
      outbox.push(counter, 'x', () => accepted.push(counter));
    }
    await outbox.drained();
    expect(accepted).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    expect(sent.map(({ bodies }) => bodies.length)).toEqual([128, 128, 44]);
  });

  it('sends large events one at a time', async () => {
    const outbox = openOutbox();
    const large = 'x'.repeat(400_000);
    for (const counter of [1, 2, 3]) outbox.push(counter, large);
    await outbox.drained();
    expect(sent.map(({ firstCounter, bodies }) => [firstCounter, bodies.length])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  });

  it('sends nothing together with what ends the task before it, but the end of the run', async () => {
    const outbox = openOutbox();
    outbox.push(1, 'a');
    outbox.push(2, 'b', undefined, true);
    outbox.push(3, 'c');
    outbox.push(4, 'd', undefined, true);
    outbox.push(5, 'e', undefined, true);
    outbox.push(6, 'z');
    await outbox.drained();
    expect(batches()).toEqual(['1:a,b', '3:c,d,e,z']);
  });

  it('sends the same batch again until it is accepted', async () => {
    const outbox = openOutbox();
    onSend = async () => {
      if (sent.length < 3) throw new A2ARedisError('DEADLINE_EXCEEDED', 'away');
      return 'accepted';
    };
    outbox.push(1, 'a');
    await Promise.resolve();
    await outbox.drained();
    expect(batches()).toEqual(['1:a', '1:a', '1:a']);
    expect(errors).toEqual([]);
  });

  it('gives up events after the deadline, says which, and goes on with the next', async () => {
    const outbox = openOutbox({ publishDeadlineMs: 20 });
    onSend = async ({ firstCounter }) => {
      if (firstCounter > 2) return 'accepted';
      await sleep(30);
      outbox.push(3, 'c');
      throw new A2ARedisError('DEADLINE_EXCEEDED', 'away');
    };
    outbox.push(1, 'a');
    outbox.push(2, 'b');
    await Promise.resolve();
    await outbox.drained();
    expect(batches()).toEqual(['1:a,b', '3:c']);
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      [
        'EVENTS_LOST',
        'Events 1–2 of task "t" did not get to other replicas: Redis did not accept them.',
      ],
    ]);
  });

  it('counts the deadline from the publish, for those that wait for their turn, too', async () => {
    const outbox = openOutbox({ publishDeadlineMs: 20 });
    onSend = async () => {
      await sleep(30);
      throw new A2ARedisError('DEADLINE_EXCEEDED', 'away');
    };
    for (let counter = 1; counter <= 300; counter += 1) outbox.push(counter, 'x');
    await outbox.drained();
    expect(sent).toHaveLength(1);
    expect(errors.map(({ message }) => message)).toEqual([
      'Events 1–300 of task "t" did not get to other replicas: Redis did not accept them.',
    ]);
  });

  it('gives up at once an event that can never be sent, and no other', async () => {
    const outbox = openOutbox({ publishDeadlineMs: 60_000 });
    onSend = async ({ bodies }) => {
      if (bodies.includes('bad')) throw new A2ARedisError('INVALID_ARGUMENT', 'bad');
      return 'accepted';
    };
    const settled: string[] = [];
    for (const [index, body] of ['a', 'b', 'bad', 'c'].entries()) {
      outbox.push(index + 1, body, (outcome) => settled.push(`${body} ${outcome}`));
    }
    await outbox.drained();
    expect(batches()).toEqual(['1:a,b,bad,c', '1:a', '2:b', '3:bad', '4:c']);
    expect(settled).toEqual(['a accepted', 'b accepted', 'bad lost', 'c accepted']);
    expect(errors.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'EVENTS_LOST Event 3 of task "t" did not get to other replicas: Redis did not accept them.',
    ]);
  });

  it('never gives up the end while Redis is away', async () => {
    const outbox = openOutbox({ publishDeadlineMs: 1 });
    onSend = async ({ bodies }) => {
      if (bodies.length === 1 && sent.length > 3) return 'accepted';
      await sleep(2);
      throw new A2ARedisError('DEADLINE_EXCEEDED', 'away');
    };
    let ended = false;
    outbox.push(1, 'a');
    outbox.push(2, END_OF_EVENTS, () => (ended = true));
    await outbox.drained();
    expect(batches()).toEqual(['1:a,z', '2:z', '2:z', '2:z']);
    expect([ended, errors.length]).toEqual([true, 1]);
  });

  it('tells once that the end is refused for good, and sends it once it may', async () => {
    const outbox = openOutbox();
    const refusal = new A2ARedisError('COMMAND_FAILED', 'Redis refused a call.', {
      cause: new Error('NOPERM this user has no permissions to run the command'),
    });
    onSend = async () => {
      if (sent.length <= 4) throw refusal;
      return 'accepted';
    };
    outbox.push(1, END_OF_EVENTS);
    await outbox.drained();
    expect([sent.length, errors]).toEqual([5, [refusal]]);
  });

  it('gives up an end that stays refused, and says why', async () => {
    const outbox = openOutbox({ publishDeadlineMs: 1 });
    const refusal = new A2ARedisError('COMMAND_FAILED', 'Redis refused a call.', {
      cause: new Error('NOPERM this user has no permissions to run the command'),
    });
    onSend = async () => {
      await sleep(2);
      throw refusal;
    };
    const settled: unknown[] = [];
    outbox.push(1, END_OF_EVENTS, (outcome, cause) => settled.push(outcome, cause));
    await outbox.drained();
    expect([settled, errors, outbox.waiting]).toEqual([['lost', refusal], [refusal], []]);
  });

  it('gives up at once what is refused for good', async () => {
    const outbox = openOutbox();
    const cause = new Error('NOPERM this user has no permissions to run the command');
    onSend = async ({ bodies }) => {
      if (bodies[0] === 'c') return 'accepted';
      throw new A2ARedisError('COMMAND_FAILED', 'Redis refused a call.', { cause });
    };
    outbox.push(1, 'a');
    outbox.push(2, 'b');
    await outbox.drained();
    outbox.push(3, 'c');
    await outbox.drained();
    expect(batches()).toEqual(['1:a,b', '3:c']);
    expect(errors.map(({ message }) => message)).toEqual([
      'Events 1–2 of task "t" did not get to other replicas: Redis did not accept them.',
    ]);
  });

  it('takes whatever is published in one turn, and while Redis answers', async () => {
    const outbox = openOutbox({ maxPendingEvents: 2 });
    const large = 'x'.repeat(33 * 1024 * 1024);
    const outcomes: string[] = [];
    const push = (counter: number, body: string): void => {
      outbox.push(counter, body, (outcome) => outcomes.push(`${counter} ${outcome}`));
    };
    for (const counter of [1, 2, 3]) push(counter, large);
    await outbox.drained();
    for (let counter = 4; counter <= 10_050; counter += 1) push(counter, 'x');
    await outbox.drained();
    expect(outcomes).toEqual(Array.from({ length: 10_050 }, (_, index) => `${index + 1} accepted`));
    expect(errors).toEqual([]);
  });

  it('refuses more than may wait while Redis is away, and leaves a gap in the counters', async () => {
    const outbox = openOutbox({ maxPendingEvents: 2 });
    const back = await awayFor(outbox);
    for (const counter of [2, 3]) outbox.push(counter, String(counter));
    // An end is never refused.
    outbox.push(4, 'end', undefined, true);
    outbox.push(5, END_OF_EVENTS);
    back();
    await outbox.drained();
    outbox.push(6, '6');
    await outbox.drained();
    expect(batches()).toEqual(['1:1', '2:2', '4:end,z', '6:6']);
    expect(errors.map(({ message }) => message)).toEqual([
      'Event 3 of task "t" did not get to other replicas: Redis is away, and as much waits for it already as may.',
    ]);
  });

  it('refuses more than may wait at once where it is known that Redis is away', async () => {
    let isAway = true;
    const outbox = openOutbox({ maxPendingEvents: 2 }, () => isAway);
    for (const counter of [1, 2, 3]) outbox.push(counter, String(counter));
    isAway = false;
    outbox.push(4, '4');
    await outbox.drained();
    expect(batches()).toEqual(['1:1,2', '4:4']);
    expect(errors).toHaveLength(1);
  });

  it('reports a gap once, with its range, however many events are refused', async () => {
    const outbox = openOutbox({ maxPendingEvents: 2 });
    const back = await awayFor(outbox);
    const outcomes: string[] = [];
    for (let counter = 2; counter <= 50_000; counter += 1) {
      outbox.push(counter, 'x', (outcome) => outcomes.push(`${counter} ${outcome}`));
    }
    expect(outbox.waiting).toHaveLength(2);
    back();
    await outbox.drained();
    await awayFor(outbox, 50_001);
    for (const counter of [50_002, 50_003, 50_004]) outbox.push(counter, 'x');
    outbox.stop();
    expect(outcomes.slice(0, 2)).toEqual(['3 lost', '4 lost']);
    expect(outcomes.slice(-1)).toEqual(['2 accepted']);
    expect(errors.map(({ message }) => message)).toEqual([
      'Events 3–50000 of task "t" did not get to other replicas: Redis is away, and as much waits for it already as may.',
      'Events 50001–50002 of task "t" did not get to other replicas: the queue manager was closed.',
      'Events 50003–50004 of task "t" did not get to other replicas: Redis is away, and as much waits for it already as may.',
    ]);
  });

  it('lets no more wait than 64 Mi characters, and one event, while Redis is away', async () => {
    const outbox = openOutbox();
    const back = await awayFor(outbox);
    const large = 'x'.repeat(16 * 1024 * 1024);
    for (const counter of [2, 3, 4, 5, 6]) outbox.push(counter, large);
    expect(outbox.waiting.map(({ counter }) => counter)).toEqual([1, 2, 3, 4, 5]);
    back();
    await outbox.drained();
    outbox.push(7, large);
    await outbox.drained();
    expect(sent.map(({ firstCounter }) => firstCounter)).toEqual([1, 2, 3, 4, 5, 7]);
    expect(errors).toHaveLength(1);
  });

  it('stops where another replica has ended the run', async () => {
    const outbox = openOutbox();
    onSend = async () => 'fenced';
    outbox.push(1, 'a');
    outbox.push(2, 'b');
    await outbox.drained();
    outbox.push(3, 'c');
    await outbox.drained();
    expect([batches(), fenced, errors]).toEqual([['1:a,b'], 1, []]);
  });

  it('stops where the client was closed', async () => {
    const outbox = openOutbox();
    onSend = async () => {
      throw new A2ARedisError('CLIENT_CLOSED', 'closed');
    };
    outbox.push(1, 'a');
    await outbox.drained();
    outbox.push(2, 'b');
    await outbox.drained();
    expect(outbox.waiting).toEqual([]);
    expect([batches(), errors.map(({ code }) => code)]).toEqual([['1:a'], ['EVENTS_LOST']]);
  });

  it('gives up all that waits when it is stopped, and says so', async () => {
    const outbox = openOutbox();
    onSend = async () => {
      throw new A2ARedisError('DEADLINE_EXCEEDED', 'away');
    };
    for (let counter = 1; counter <= 300; counter += 1) outbox.push(counter, 'x');
    outbox.push(301, END_OF_EVENTS);
    await Promise.resolve();
    await Promise.resolve();
    outbox.stop();
    outbox.stop();
    await outbox.drained();
    outbox.push(302, 'y');
    expect([sent.length, outbox.waiting]).toEqual([1, []]);
    expect(errors.map(({ message }) => message)).toEqual([
      'Events 1–300 of task "t" did not get to other replicas: the queue manager was closed.',
    ]);
  });
});
