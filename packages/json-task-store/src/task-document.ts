import {
  type ArtifactSnapshot,
  type CorruptionReport,
  type DecodedRecord,
  headerFromJson,
  ItemList,
  messageFromJson,
  metadataFromJson,
  partFromJson,
  statusFromJson,
} from '@a2a-redis/core/task-store';
import { isRecord } from '@a2a-redis/core/shared';

import { readEvents } from './document-events.ts';
import { corruptAt } from './document-fault.ts';
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
    metadata: reader.optional('$.metadata', task['metadata'], metadataFromJson),
    history: ItemList.of(
      reader.list('$.history', task['history'], (json, path) =>
        messageFromJson(json, reader.at(path)),
      ),
    ),
    artifacts: withArtifacts ? readArtifacts(reader, task['artifacts']) : [],
    ...(events !== undefined && { events }),
  };
  return { snapshot, writes: typeof writes === 'string' ? writes : '' };
}

function readArtifacts(reader: DocumentReader, value: unknown): ArtifactSnapshot[] {
  return reader.list('$.artifacts', value, (json, path) => ({
    header: headerFromJson(json, reader.at(path)),
    parts: ItemList.of(
      reader.list(`${path}.parts`, json['parts'], (part, partPath) =>
        partFromJson(part, reader.at(partPath)),
      ),
    ),
  }));
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

  /** Reports faults in the value at a path. */
  at(path: string): CorruptionReport {
    return corruptAt(this.#key, path);
  }

  corrupt(path: string, problem: string, cause?: unknown): Error {
    return this.at(path)('', problem, cause);
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

  optional<T>(
    path: string,
    value: unknown,
    read: (json: unknown, corrupt: CorruptionReport) => T,
  ): T | undefined {
    return value === undefined ? undefined : read(value, this.at(path));
  }

  list<T>(path: string, value: unknown, read: (json: Members, path: string) => T): T[] {
    if (!Array.isArray(value)) {
      throw this.corrupt(path, value === undefined ? 'missing' : 'not a list');
    }
    return value.map((item: unknown, index) => {
      const itemPath = `${path}[${index}]`;
      return read(this.object(itemPath, item), itemPath);
    });
  }
}
