import { Artifact, Message, TaskStatus } from '@a2a-js/sdk';
import {
  type ArtifactSnapshot,
  copyHeader,
  copyJsonObject,
  copyMessage,
  copyPart,
  copyStatus,
  corruptRecord,
  type DecodedRecord,
  isRecord,
  ItemList,
  partFromJson,
} from '@a2a-redis/core/kernel';

import { readEvents } from './document-events.ts';
import { parseJson } from './json-text.ts';

/** The member of a document that is the store's own; all others are the A2A JSON form of the task. */
const STORE_MEMBER = '_store';

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a record.
 *
 * @param content One text, as JSON.GET replies: the matches of `$`; without artifacts, an object with
 *   the matches of `$.id`, `$.contextId`, `$.status`, `$.metadata`, `$.history` and `$._store`.
 * @param withArtifacts Whether the text holds the artifacts; without, the task has none.
 * @throws {A2ARedisError} `CORRUPT_RECORD`.
 */
export function decodeDocument(
  key: string,
  taskId: string,
  content: readonly string[],
  withArtifacts: boolean,
): DecodedRecord {
  const reader = new DocumentReader(key);
  const parsed = reader.parse(content[0] ?? '');
  const members = withArtifacts ? onlyMatch(parsed) : membersByPath(parsed);
  const task = reader.object('$', members);
  if (reader.text('$.id', task['id']) !== taskId) {
    throw reader.corrupt('$.id', 'it is the record of another task');
  }
  const own = task[STORE_MEMBER];
  const { writes, events: stored } = isRecord(own) ? own : {};
  const events = readEvents(stored, (path, problem) => reader.corrupt(path, problem));
  const snapshot = {
    id: taskId,
    contextId: reader.text('$.contextId', task['contextId']),
    status: reader.optional('$.status', task['status'], statusFromJson),
    metadata: reader.optional('$.metadata', task['metadata'], (json) =>
      copyJsonObject(json, 'task.metadata', true),
    ),
    history: ItemList.of(
      reader.list('$.history', task['history'], (json, path) =>
        copyMessage(messageFromJson(reader, path, json), true),
      ),
    ),
    artifacts: withArtifacts ? readArtifacts(reader, task['artifacts']) : [],
    ...(events !== undefined && { events }),
  };
  return { snapshot, writes: typeof writes === 'string' ? writes : '' };

  function statusFromJson(json: Members): ReturnType<typeof copyStatus> {
    const { message, ...fields } = json;
    const status = TaskStatus.fromJSON(fields);
    reader.known('$.status.state', json['state'], status.state);
    if (message !== undefined) {
      const path = '$.status.message';
      status.message = messageFromJson(reader, path, reader.object(path, message));
    }
    return copyStatus(status, true);
  }
}

function readArtifacts(reader: DocumentReader, value: unknown): ArtifactSnapshot[] {
  return reader.list('$.artifacts', value, (json, path) => {
    const { parts, ...header } = json;
    return {
      header: copyHeader(Artifact.fromJSON(header), true),
      parts: ItemList.of(
        reader.list(`${path}.parts`, parts, (part) => copyPart(partFromJson(part), true)),
      ),
    };
  });
}

/** The parts are read apart from the rest, for the sake of {@link partFromJson}. */
function messageFromJson(reader: DocumentReader, path: string, json: Members): Message {
  const { parts, ...fields } = json;
  const message = Message.fromJSON(fields);
  reader.known(`${path}.role`, json['role'], message.role);
  if (parts !== undefined) message.parts = reader.list(`${path}.parts`, parts, partFromJson);
  return message;
}

function onlyMatch(matches: unknown): unknown {
  return Array.isArray(matches) ? (matches[0] as unknown) : undefined;
}

function membersByPath(matches: unknown): unknown {
  if (!isRecord(matches)) return undefined;
  const entries = Object.entries(matches).flatMap(([path, values]) => {
    const value = onlyMatch(values);
    return value === undefined ? [] : [[path.slice('$.'.length), value] as const];
  });
  return Object.fromEntries(entries);
}

/** Takes values out of a document and says which one is at fault. */
class DocumentReader {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  corrupt(field: string, problem: string, cause?: unknown): Error {
    return corruptRecord({ key: this.#key, field }, problem, cause);
  }

  parse(text: string): unknown {
    try {
      return parseJson(text);
    } catch (error) {
      throw this.corrupt('$', 'not JSON', error);
    }
  }

  text(path: string, value: unknown): string {
    if (typeof value === 'string') return value;
    throw this.corrupt(path, value === undefined ? 'missing' : 'not a text');
  }

  object(path: string, value: unknown): Members {
    if (isRecord(value)) return value;
    throw this.corrupt(path, value === undefined ? 'missing' : 'not a JSON object');
  }

  optional<T>(path: string, value: unknown, read: (json: Members) => T): T | undefined {
    return value === undefined ? undefined : this.guard(path, () => read(this.object(path, value)));
  }

  list<T>(path: string, value: unknown, read: (json: Members, path: string) => T): T[] {
    if (!Array.isArray(value)) {
      throw this.corrupt(path, value === undefined ? 'missing' : 'not a list');
    }
    return value.map((item: unknown, index) => {
      const itemPath = `${path}[${index}]`;
      return this.guard(itemPath, () => read(this.object(itemPath, item), itemPath));
    });
  }

  /** The SDK's codec takes whatever it does not know for -1. */
  known(path: string, json: unknown, member: number): void {
    if (member === -1 && json !== -1 && json !== 'UNRECOGNIZED') {
      throw this.corrupt(path, 'not a member of its enumeration');
    }
  }

  /** Other tools can write documents: what no task can hold is the record's fault, not the caller's. */
  guard<T>(path: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'CORRUPT_RECORD') throw error;
      throw this.corrupt(path, 'not what a task holds', error);
    }
  }
}
