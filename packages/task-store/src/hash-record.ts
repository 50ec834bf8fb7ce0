import {
  type ArtifactSnapshot,
  corruptRecord,
  type DecodedRecord,
  decodeHeader,
  decodeMessage,
  decodeMetadata,
  decodeStatus,
  encodeHeader,
  encodeMessage,
  encodeMetadata,
  encodePart,
  encodeStatus,
  ItemList,
  type ListDelta,
  type TaskDelta,
} from '@a2a-redis/core/task-store';

import { RecordReader } from './record-reader.ts';

/**
 * The fields of a record, beside `v` (version) and `w` (last writes), which the scripts keep:
 *
 * | field | value |
 * | --- | --- |
 * | `i` | task id |
 * | `c` | context id |
 * | `s` | status, as A2A JSON; absent where the task has none |
 * | `m` | metadata, as JSON; absent where the task has none |
 * | `h`, `h:<n>` | length of the history, and each message as A2A JSON |
 * | `a`, `a:<n>` | number of artifacts, and each as A2A JSON without its parts |
 * | `e:<publisher>` | which of a publisher's events are applied; see `TaskEvents` |
 * | `n:<n>`, `p:<n>:<m>` | number of parts of artifact n, and each part as A2A JSON |
 *
 * @param whole Whether the record is written anew.
 * @returns The arguments 4 and on of `save-task.lua`, up to the index entry.
 */
export function encodeDelta(taskId: string, delta: TaskDelta, whole: boolean): string[] {
  const set: string[] = [];
  const remove: string[] = [];
  const assign = (name: string, value: string | undefined): void => {
    if (value === undefined) remove.push(name);
    else set.push(name, value);
  };

  // Counts are always there, so that a record that lost one is known to be corrupt.
  if (whole) set.push('i', taskId, 'h', '0', 'a', '0');
  if (delta.contextId !== undefined) set.push('c', delta.contextId);
  if (delta.status !== undefined)
    assign('s', delta.status ? encodeStatus(delta.status) : undefined);
  if (delta.metadata !== undefined) {
    assign('m', delta.metadata ? encodeMetadata(delta.metadata) : undefined);
  }
  if (delta.history !== undefined) {
    pushList('h', 'h:', delta.history, encodeMessage, set, remove);
  }
  for (const { index, header, parts } of delta.artifacts) {
    if (header !== undefined) set.push(`a:${index}`, encodeHeader(header));
    if (index >= delta.artifactCount.before && parts === undefined) set.push(`n:${index}`, '0');
    if (parts !== undefined) pushList(`n:${index}`, `p:${index}:`, parts, encodePart, set, remove);
  }
  const { before, after } = delta.artifactCount;
  if (before !== after) set.push('a', String(after));
  for (const { index, partCount } of delta.removedArtifacts) {
    remove.push(`a:${index}`, `n:${index}`);
    for (let part = 0; part < partCount; part += 1) remove.push(`p:${index}:${part}`);
  }
  for (const [publisher, text] of delta.events ?? []) assign(`e:${publisher}`, text ?? undefined);
  return whole ? ['*', ...set] : [String(remove.length), ...remove, ...set];
}

function pushList<T>(
  lengthName: string,
  itemPrefix: string,
  delta: ListDelta<T>,
  encode: (item: T) => string,
  set: string[],
  remove: string[],
): void {
  for (const [offset, item] of delta.items.entries()) {
    set.push(`${itemPrefix}${delta.keep + offset}`, encode(item));
  }
  for (let index = delta.after; index < delta.before; index += 1) {
    remove.push(`${itemPrefix}${index}`);
  }
  if (delta.after !== delta.before) set.push(lengthName, String(delta.after));
}

/**
 * Reads a record.
 *
 * @param fields Names and values in turn, as HGETALL gives them.
 * @param withArtifacts Whether the fields hold the artifacts; without, the task has none.
 * @throws {A2ARedisError} `CORRUPT_RECORD`.
 */
export function decodeRecord(
  key: string,
  taskId: string,
  fields: readonly string[],
  withArtifacts: boolean,
): DecodedRecord {
  const reader = new RecordReader(key, fields);
  if (reader.required('i') !== taskId) {
    throw corruptRecord({ key, field: 'i' }, 'it is the record of another task');
  }
  const events = reader.events();
  const snapshot = {
    id: taskId,
    contextId: reader.required('c'),
    status: reader.optional('s', decodeStatus),
    metadata: reader.optional('m', decodeMetadata),
    history: reader.list('h', 'h:', decodeMessage),
    artifacts: withArtifacts ? readArtifacts(reader) : [],
    ...(events !== undefined && { events }),
  };
  return { snapshot, writes: reader.optional('w', (text) => text) ?? '' };
}

function readArtifacts(reader: RecordReader): ArtifactSnapshot[] {
  const artifacts = Array.from({ length: reader.count('a') }, (_, index) => ({
    header: reader.decode(`a:${index}`, decodeHeader),
    count: reader.count(`n:${index}`),
  }));
  const parts = reader.parts(artifacts.map(({ count }) => count));
  return artifacts.map(({ header }, index) => ({ header, parts: parts[index] ?? ItemList.of([]) }));
}
