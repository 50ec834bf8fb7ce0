import { Artifact, Message, Part, TaskStatus } from '@a2a-js/sdk';

import { A2ARedisError } from '../errors.ts';
import { isRecord } from '../options/check-options.ts';
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
  const json = requireObject(parse(text, where), where);
  return textPart(json) ?? copyPart(partFromJson(json), true);
}

/** A frozen part with a text and nothing that needs a look, as those of long streams are. */
function textPart(json: Readonly<Record<string, unknown>>): Part | undefined {
  const { text, metadata, filename = '', mediaType = '', media_type: otherMediaType } = json;
  if (typeof text !== 'string' || typeof filename !== 'string' || typeof mediaType !== 'string') {
    return undefined;
  }
  if (metadata !== undefined || otherMediaType !== undefined) return undefined;
  const content = Object.freeze({ $case: 'text' as const, value: text });
  return Object.freeze({ content, metadata: undefined, filename, mediaType });
}

/** See {@link decodePart}. */
export function decodeMessage(text: string, where: RecordField): Message {
  return copyMessage(messageFromJson(parse(text, where), where), true);
}

/** See {@link decodePart}. */
export function decodeStatus(text: string, where: RecordField): TaskStatus {
  const { message, ...fields } = requireObject(parse(text, where), where);
  const status = TaskStatus.fromJSON(fields);
  if (message !== undefined) status.message = messageFromJson(message, where);
  return copyStatus(status, true);
}

/** See {@link decodePart}. */
export function decodeHeader(text: string, where: RecordField): ArtifactHeader {
  return copyHeader(Artifact.fromJSON(requireObject(parse(text, where), where)), true);
}

/** See {@link decodePart}. */
export function decodeMetadata(text: string, where: RecordField): JsonObject | undefined {
  return copyJsonObject(requireObject(parse(text, where), where), 'task.metadata', true);
}

/**
 * A part of its A2A JSON form. The SDK's codec takes `{ "data": null }` for a part without content; it
 * is a data part of null.
 */
export function partFromJson(json: Readonly<Record<string, unknown>>): Part {
  const part = Part.fromJSON(json);
  if (part.content === undefined && json['data'] === null) {
    part.content = { $case: 'data', value: null };
  }
  return part;
}

/** The parts are read apart from the rest, for the sake of {@link partFromJson}. */
function messageFromJson(value: unknown, where: RecordField): Message {
  const { parts, ...fields } = requireObject(value, where);
  const message = Message.fromJSON(fields);
  if (Array.isArray(parts))
    message.parts = parts.map((part) => partFromJson(requireObject(part, where)));
  return message;
}

function parse(text: string, where: RecordField): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw corruptRecord(where, 'not JSON', error);
  }
}

function requireObject(value: unknown, where: RecordField): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw corruptRecord(where, 'not a JSON object');
}
