import { Artifact, Message, Part, TaskStatus } from '@a2a-js/sdk';

import { detailedError } from '../../shared/detailed-error.ts';
import type { A2ARedisError } from '../../shared/errors.ts';
import { isRecord } from '../../shared/check-options.ts';
import { abbreviate } from '../../redis/script-runner.ts';
import {
  type ArtifactHeader,
  copyHeader,
  copyMessage,
  copyPart,
  copyStatus,
} from './a2a-values.ts';
import { copyJsonObject, type JsonObject } from './json-value.ts';
import {
  HEADER_SHAPE,
  MESSAGE_SHAPE,
  METADATA_SHAPE,
  PART_SHAPE,
  type Shape,
  STATUS_SHAPE,
} from '../../shared/stored-shape.ts';

/** Where a stored value stands, for errors. */
export interface RecordField {
  readonly key: string;
  readonly field: string;
}

/** Makes the error for what is wrong at a path in a stored value; its own path is empty. */
export type CorruptionReport = (path: string, problem: string, cause?: unknown) => Error;

type Members = Readonly<Record<string, unknown>>;

/** The error for a stored value that cannot be read. */
export function corruptRecord(
  { key, field }: RecordField,
  problem: string,
  cause?: unknown,
): A2ARedisError {
  return detailedError('CORRUPT_RECORD', 'A stored record cannot be read.', {
    detail: `Record ${abbreviate(key)}, field ${abbreviate(field)}: ${problem}.`,
    ...(cause === undefined ? {} : { cause }),
  });
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
  return partFromJson(parse(text, where), corruptIn(where));
}

/** See {@link decodePart}. */
export function decodeMessage(text: string, where: RecordField): Message {
  return messageFromJson(parse(text, where), corruptIn(where));
}

/** See {@link decodePart}. */
export function decodeStatus(text: string, where: RecordField): TaskStatus {
  return statusFromJson(parse(text, where), corruptIn(where));
}

/** See {@link decodePart}. */
export function decodeHeader(text: string, where: RecordField): ArtifactHeader {
  return headerFromJson(parse(text, where), corruptIn(where));
}

/** See {@link decodePart}. */
export function decodeMetadata(text: string, where: RecordField): JsonObject | undefined {
  return metadataFromJson(parse(text, where), corruptIn(where));
}

/** A frozen part of its stored form; the error of `corrupt` for anything that is none. */
export function partFromJson(json: unknown, corrupt: CorruptionReport): Part {
  const plain = isRecord(json) ? textPart(json) : undefined;
  return plain ?? read(json, PART_SHAPE, corrupt, (members) => copyPart(partOf(members), true));
}

/** A frozen part with a text and nothing that needs a look, as those of long streams are. */
function textPart(json: Members): Part | undefined {
  const { text, metadata, filename = '', mediaType = '', media_type: otherMediaType } = json;
  const { url, raw, data } = json;
  if (typeof text !== 'string' || typeof filename !== 'string' || typeof mediaType !== 'string') {
    return undefined;
  }
  if (metadata !== undefined || otherMediaType !== undefined) return undefined;
  if (url !== undefined || raw !== undefined || data !== undefined) return undefined;
  const content = Object.freeze({ $case: 'text' as const, value: text });
  return Object.freeze({ content, metadata: undefined, filename, mediaType });
}

/** See {@link partFromJson}. */
export function messageFromJson(json: unknown, corrupt: CorruptionReport): Message {
  return read(json, MESSAGE_SHAPE, corrupt, (members) => copyMessage(messageOf(members), true));
}

/** See {@link partFromJson}. */
export function statusFromJson(json: unknown, corrupt: CorruptionReport): TaskStatus {
  return read(json, STATUS_SHAPE, corrupt, ({ message, ...fields }) => {
    const status = TaskStatus.fromJSON(fields);
    if (isRecord(message)) status.message = messageOf(message);
    return copyStatus(status, true);
  });
}

/** See {@link partFromJson}. Parts, which an artifact may hold beside its header, are not read. */
export function headerFromJson(json: unknown, corrupt: CorruptionReport): ArtifactHeader {
  return read(json, HEADER_SHAPE, corrupt, (members) =>
    copyHeader(Artifact.fromJSON({ ...members, parts: [] }), true),
  );
}

/** See {@link partFromJson}. */
export function metadataFromJson(json: unknown, corrupt: CorruptionReport): JsonObject | undefined {
  return read(json, METADATA_SHAPE, corrupt, (members) =>
    copyJsonObject(members, 'metadata', true),
  );
}

function read<T>(
  json: unknown,
  shape: Shape,
  corrupt: CorruptionReport,
  make: (members: Members) => T,
): T {
  if (!isRecord(json)) throw corrupt('', 'not a JSON object');
  const fault = shape(json);
  if (fault !== undefined) throw corrupt(fault.path, fault.problem);
  try {
    return make(json);
  } catch (error) {
    // Of the right shape, and still nothing that can be saved: metadata or data that is too deep.
    throw corrupt('', 'not what a task holds', error);
  }
}

/** The SDK's codec takes `{ "data": null }` for a part without content; it is a data part of null. */
function partOf(json: Members): Part {
  const part = Part.fromJSON(json);
  if (part.content === undefined && json['data'] === null) {
    part.content = { $case: 'data', value: null };
  }
  return part;
}

/** The parts are read apart from the rest, for the sake of {@link partOf}. */
function messageOf({ parts, ...fields }: Members): Message {
  const message = Message.fromJSON(fields);
  if (Array.isArray(parts)) message.parts = parts.map((part: Members) => partOf(part));
  return message;
}

function parse(text: string, where: RecordField): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw corruptRecord(where, 'not JSON', error);
  }
}

function corruptIn(where: RecordField): CorruptionReport {
  return (path, problem, cause) =>
    corruptRecord(where, path === '' ? problem : `${path}: ${problem}`, cause);
}
