import {
  chunk,
  contentOf,
  listen,
  loadTask,
  identified,
  PUBLISHER,
  streamedTask,
  textsOf,
  watchedClient,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { AgentEvent } from '@a2a-js/sdk/server';
import { expect, test } from 'vitest';

import { SUBJECT } from './subject.ts';

const sizeOf = (texts: readonly string[]): number =>
  texts.reduce((size, value) => size + value.length, 0);

SUBJECT.describeOnServer('the record of a task with identified events', (server) => {
  /** The record of task `t`. */
  async function recordOf(prefix: string): Promise<Record<string, unknown>> {
    return (await contentOf(server.client, prefix))[`${prefix}{acme:ann:t}`] ?? {};
  }

  test('says in one field for each publisher which of its events are applied', async () => {
    const prefix = newPrefix();
    const store = SUBJECT.open(server.client, { prefix });
    await listen(store, [AgentEvent.task(streamedTask('t'))]);
    const before = await recordOf(prefix);
    await listen(store, [identified(chunk('one'), 1), identified(chunk('three'), 3)]);
    const record = await recordOf(prefix);
    expect(record).toEqual({
      ...before,
      v: expect.stringMatching(/^\d{16}$/),
      w: expect.stringMatching(/:3$/),
      'n:0': '2',
      'p:0:0': '{"text":"one","mediaType":"text/plain"}',
      'p:0:1': '{"text":"three","mediaType":"text/plain"}',
      [`e:${PUBLISHER}`]: '1,3 [[3,-1,[],[["a",1,0,[]]]]]',
    });
    await listen(SUBJECT.open(server.client, { prefix }), [identified(chunk('two'), 2)]);
    expect((await recordOf(prefix))[`e:${PUBLISHER}`]).toBe('1-3');
    expect(textsOf(await loadTask(store, 't'))).toEqual(['one', 'two', 'three']);
  });

  test('grows by a few bytes with a thousand identified events, as does each save', async () => {
    const sent: number[] = [];
    const watched = watchedClient(server.client, {
      before: ({ args }) => {
        if (args.length > 2) sent.push(sizeOf(args));
      },
    });
    const sizes: number[] = [];
    for (const hasEventId of [false, true]) {
      const prefix = newPrefix();
      const store = SUBJECT.open(watched, { prefix });
      await listen(store, [AgentEvent.task(streamedTask('t'))]);
      const list = Array.from({ length: 1000 }, (_, index) => {
        const event = chunk(`chunk ${String(index).padStart(4, '0')}`);
        return hasEventId ? identified(event, index + 1) : event;
      });
      await listen(store, list);
      sizes.push(
        sizeOf(
          Object.entries(await recordOf(prefix))
            .flat()
            .map(String),
        ),
      );
    }
    const [unmarkedSize = 0, markedSize = 0] = sizes;
    expect(markedSize - unmarkedSize).toBe(`e:${PUBLISHER}1-1000`.length);
    // The same saves, first without event ids and then with them; the names of writes are of one length.
    const half = sent.length / 2;
    const extra = sent.slice(half).map((size, index) => size - (sent[index] ?? 0));
    expect(Math.max(...extra)).toBe(`e:${PUBLISHER}1-1000`.length);
    expect(Math.max(...extra)).toBeLessThan(60);
  });
});
