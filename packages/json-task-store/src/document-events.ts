import { A2ARedisError } from '@a2a-redis/core';
import { abbreviate, isRecord } from '@a2a-redis/core/shared';
import { TaskEvents, type TaskDelta } from '@a2a-redis/core/task-store';

import { jsonText } from './json-text.ts';

/** Where a document says which identified events the task holds: an object, a text by publisher. */
const EVENTS_PATH = '$._store.events';

/** The names of publishers, all of them: nothing in one means anything in a path. */
const PUBLISHER = /^[\w-]+$/;

/**
 * The operations that bring the events of a document up to date, one for each publisher.
 *
 * @throws {A2ARedisError} `INVALID_ARGUMENT` for a publisher that may not stand in a path.
 */
export function eventOperations(events: TaskDelta['events'] = []): readonly (readonly string[])[] {
  if (events.length === 0) return [];
  const changes = events.map(([publisher, text]) => {
    const path = publisherPath(publisher);
    return text === null ? ['JSON.DEL', path] : ['JSON.SET', path, jsonText(text, 3)];
  });
  // Most documents have no events. The first of them needs an object to stand in.
  return [['JSON.SET', EVENTS_PATH, '{}', 'NX'], ...changes];
}

/**
 * The events of a document that is written anew: JSON of an object, a text by publisher.
 *
 * @returns `undefined` for none.
 * @throws {A2ARedisError} As {@link eventOperations}.
 */
export function eventsText(events: TaskDelta['events'] = []): string | undefined {
  if (events.length === 0) return undefined;
  return jsonText(
    Object.fromEntries(events.map(([publisher, text]) => [requirePublisher(publisher), text])),
    2,
  );
}

function publisherPath(publisher: string): string {
  return `${EVENTS_PATH}["${requirePublisher(publisher)}"]`;
}

function requirePublisher(publisher: string): string {
  if (PUBLISHER.test(publisher)) return publisher;
  throw new A2ARedisError(
    'INVALID_ARGUMENT',
    `Not the name of a publisher of events: ${abbreviate(publisher)}`,
  );
}

/**
 * Reads the events of a document.
 *
 * @param stored What stands in the document.
 * @param corrupt Makes the error for a place in the document that cannot be read.
 * @returns `undefined` where there are none.
 */
export function readEvents(
  stored: unknown,
  corrupt: (path: string, problem: string) => Error,
): TaskEvents | undefined {
  if (stored === undefined) return undefined;
  if (!isRecord(stored)) throw corrupt(EVENTS_PATH, 'not a JSON object');
  let events: TaskEvents | undefined;
  for (const [publisher, text] of Object.entries(stored)) {
    if (!PUBLISHER.test(publisher)) throw corrupt(EVENTS_PATH, 'not the name of a publisher');
    events =
      typeof text === 'string'
        ? (events ?? TaskEvents.NONE).withStored(publisher, text)
        : undefined;
    if (events === undefined) {
      throw corrupt(publisherPath(publisher), 'not the events of a publisher');
    }
  }
  return events;
}
