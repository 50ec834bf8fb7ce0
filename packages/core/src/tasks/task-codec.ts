import { Artifact, Message, Part, TaskStatus } from '@a2a-js/sdk';

import { A2ARedisError } from '../errors.ts';
import { abbreviate } from '../redis/script-runner.ts';
import {
  type ArtifactHeader,
  copyHeader,
  copyMessage,
  copyPart,
  copyStatus,
} from './a2a-values.ts';
import { copyJsonObject, type JsonObject } from './json-value.ts';

/** Where a stored value stands, for errors. */
export interface RecordField {
  readonly key: string;
  readonly field: string;
}

/** The error for a stored value that cannot be read. */
export function corruptRecord(
  { key, field }: RecordField,
  problem: string,
  cause?: unknown,
): A2ARedisError {
  return new A2ARedisError(
    'CORRUPT_RECORD',
    `Record ${abbreviate(key)}, field ${abbreviate(field)}: ${problem}.`,
    cause === undefined ? undefined : { cause },
  );
}

/**
 * The stored forms are the A2A JSON forms that the SDK's codecs write. They are compact: a field
 * that has its default value is left out.
 */
export const encodePart = (part: Part): string => JSON.stringify(Part.toJSON(part));
/** See {@link encodePart}. */
export const encodeMessage = (message: Message): string => JSON.stringify(Message.toJSON(message));
/** See {@link encodePart}. */
export const encodeStatus = (status: TaskStatus): string =>
  JSON.stringify(TaskStatus.toJSON(status));
/** See {@link encodePart}. */
export const encodeHeader = (header: ArtifactHeader): string =>
  JSON.stringify(Artifact.toJSON({ ...header, parts: [] }));
/** See {@link encodePart}. */
export const encodeMetadata = (metadata: JsonObject): string => JSON.stringify(metadata);

/** Reads what {@link encodePart} wrote; `CORRUPT_RECORD` for anything else. */
export function decodePart(text: string, where: RecordField): Part {
  return partFromJson(parseObject(text, where));
}

/** See {@link decodePart}. */
export function decodeMessage(text: string, where: RecordField): Message {
  const json = parseObject(text, where);
  const message = Message.fromJSON(json);
  const { parts } = json as { parts?: unknown };
  if (Array.isArray(parts)) message.parts = parts.map(partFromJson);
  return copyMessage(message, true);
}

/** See {@link decodePart}. */
export function decodeStatus(text: string, where: RecordField): TaskStatus {
  const json = parseObject(text, where);
  const status = TaskStatus.fromJSON(json);
  const { message } = json as { message?: unknown };
  if (message !== undefined) status.message = decodeMessage(JSON.stringify(message), where);
  return copyStatus(status, true);
}

/** See {@link decodePart}. */
export function decodeHeader(text: string, where: RecordField): ArtifactHeader {
  return copyHeader(Artifact.fromJSON(parseObject(text, where)), true);
}

/** See {@link decodePart}. */
export function decodeMetadata(text: string, where: RecordField): JsonObject | undefined {
  return copyJsonObject(parseObject(text, where), 'task.metadata', true);
}

/** The SDK's codec takes `{ "data": null }` for a part without content; it is a data part of null. */
function partFromJson(json: object): Part {
  const part = Part.fromJSON(json);
  if (part.content === undefined && 'data' in json && json.data === null) {
    part.content = { $case: 'data', value: null };
  }
  return copyPart(part, true);
}

function parseObject(text: string, where: RecordField): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw corruptRecord(where, 'not JSON', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw corruptRecord(where, 'not a JSON object');
  }
  return value;
}
