import {
  type Artifact,
  type Message,
  type Part,
  Role,
  TaskState,
  type TaskStatus,
} from '@a2a-js/sdk';

import { A2ARedisError } from '../../shared/errors.ts';
import { copyJson, copyJsonObject, equalJson } from './json-value.ts';

/** An artifact without its parts. */
export type ArtifactHeader = Omit<Artifact, 'parts'>;

/**
 * Copies of the SDK's values, field by field: several times cheaper than `structuredClone`, and a
 * field that a JavaScript caller left out gets the value that it has on the wire.
 *
 * With `freeze`, the copy and all in it is frozen, so that it can be shared.
 */
export function copyPart(part: Part, freeze: boolean): Part {
  requireObject('A part', part);
  const copy: Part = {
    content: copyContent(part.content, freeze),
    metadata: copyJsonObject(part.metadata, 'part.metadata', freeze),
    filename: textOf('part.filename', part.filename),
    mediaType: textOf('part.mediaType', part.mediaType),
  };
  return freeze ? Object.freeze(copy) : copy;
}

function copyContent(content: Part['content'], freeze: boolean): Part['content'] {
  if (content === undefined || content === null) return undefined;
  const copy = copyContentValue(content, freeze);
  return freeze ? Object.freeze(copy) : copy;
}

function copyContentValue(
  content: NonNullable<Part['content']>,
  freeze: boolean,
): NonNullable<Part['content']> {
  switch (content.$case) {
    case 'text':
    case 'url':
      if (typeof content.value !== 'string') throw invalid(`part.${content.$case}`, 'a string');
      return { $case: content.$case, value: content.value };
    case 'raw':
      requireBytes(content.value);
      return { $case: 'raw', value: Buffer.from(content.value) };
    case 'data':
      return { $case: 'data', value: copyJson(content.value, 'part.data', freeze) };
    default:
      throw new A2ARedisError('INVALID_ARGUMENT', 'A part has content of an unknown kind.');
  }
}

/** See {@link copyPart}. */
export function copyMessage(message: Message, freeze: boolean): Message {
  requireObject('A message', message);
  const copy: Message = {
    messageId: textOf('message.messageId', message.messageId),
    contextId: textOf('message.contextId', message.contextId),
    taskId: textOf('message.taskId', message.taskId),
    role: memberOf('message.role', Role, message.role ?? Role.ROLE_UNSPECIFIED),
    parts: copyEach('message.parts', message.parts, copyPart, freeze),
    metadata: copyJsonObject(message.metadata, 'message.metadata', freeze),
    extensions: copyTexts('message.extensions', message.extensions, freeze),
    referenceTaskIds: copyTexts('message.referenceTaskIds', message.referenceTaskIds, freeze),
  };
  return freeze ? Object.freeze(copy) : copy;
}

/** See {@link copyPart}. */
export function copyStatus(status: TaskStatus, freeze: boolean): TaskStatus {
  requireObject('task.status', status);
  const copy: TaskStatus = {
    state: memberOf('status.state', TaskState, status.state ?? TaskState.TASK_STATE_UNSPECIFIED),
    message: status.message ? copyMessage(status.message, freeze) : undefined,
    timestamp: optionalTextOf('status.timestamp', status.timestamp),
  };
  return freeze ? Object.freeze(copy) : copy;
}

/** See {@link copyPart}. */
export function copyHeader(artifact: ArtifactHeader, freeze: boolean): ArtifactHeader {
  requireObject('An artifact', artifact);
  const copy: ArtifactHeader = {
    artifactId: textOf('artifact.artifactId', artifact.artifactId),
    name: textOf('artifact.name', artifact.name),
    description: textOf('artifact.description', artifact.description),
    metadata: copyJsonObject(artifact.metadata, 'artifact.metadata', freeze),
    extensions: copyTexts('artifact.extensions', artifact.extensions, freeze),
  };
  return freeze ? Object.freeze(copy) : copy;
}

function copyEach<T>(
  name: string,
  items: readonly T[] | undefined,
  copy: (item: T, freeze: boolean) => T,
  freeze: boolean,
): T[] {
  // A list with holes, which JSON does not have, is one of absent items.
  const copies = [...requireList(name, items)].map((item) => copy(item, freeze));
  if (freeze) Object.freeze(copies);
  return copies;
}

function copyTexts(name: string, items: readonly string[] | undefined, freeze: boolean): string[] {
  return copyEach(name, items, (item) => textOf(name, item), freeze);
}

// What the types of TypeScript say, a JavaScript caller can get wrong.

function textOf(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw invalid(name, 'a string');
  return value;
}

function optionalTextOf(name: string, value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : textOf(name, value);
}

function memberOf<T extends number>(
  name: string,
  members: Readonly<Record<number, string>>,
  value: T,
): T {
  if (typeof value !== 'number' || members[value] === undefined) {
    throw invalid(name, 'a member of its enumeration');
  }
  return value;
}

function requireBytes(value: unknown): void {
  if (!(value instanceof Uint8Array)) throw invalid('part.raw', 'a Buffer');
}

function requireObject(name: string, value: unknown): void {
  if (!isObject(value)) throw invalid(name, 'an object');
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isList(value: unknown): boolean {
  return Array.isArray(value);
}

/** The items of a list that may be left out; `INVALID_ARGUMENT` for anything but an array. */
export function requireList<T>(name: string, items: readonly T[] | undefined): readonly T[] {
  const list = items ?? [];
  if (!isList(list)) throw invalid(name, 'an array');
  return list;
}

/** The error for a value of the wrong kind. */
export function invalid(name: string, expected: string): A2ARedisError {
  return new A2ARedisError('INVALID_ARGUMENT', `${name} must be ${expected}.`);
}

/**
 * Whether two parts say the same. One that a caller has got wrong equals none, here and below: the
 * copy that is made of it then says what is wrong.
 */
export function equalPart(a: Part, b: Part): boolean {
  return (
    isObject(a) &&
    isObject(b) &&
    a.filename === b.filename &&
    a.mediaType === b.mediaType &&
    equalContent(a.content, b.content) &&
    equalJson(a.metadata, b.metadata)
  );
}

function equalContent(a: Part['content'], b: Part['content']): boolean {
  if (!a || !b) return !a && !b;
  if (a.$case === 'raw' && b.$case === 'raw') return equalBytes(a.value, b.value);
  return a.$case === b.$case && equalJson(a.value, b.value);
}

function equalBytes(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

/** Whether two messages say the same. */
export function equalMessage(a: Message, b: Message): boolean {
  return (
    isObject(a) &&
    isObject(b) &&
    a.messageId === b.messageId &&
    a.role === b.role &&
    a.contextId === b.contextId &&
    a.taskId === b.taskId &&
    equalEach(a.parts, b.parts, equalPart) &&
    equalJson(a.metadata, b.metadata) &&
    equalJson(a.extensions, b.extensions) &&
    equalJson(a.referenceTaskIds, b.referenceTaskIds)
  );
}

/** Whether two statuses say the same. */
export function equalStatus(a: TaskStatus | undefined, b: TaskStatus | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.state !== b.state || a.timestamp !== b.timestamp) return false;
  if (!a.message || !b.message) return !a.message && !b.message;
  return equalMessage(a.message, b.message);
}

/** Whether two artifacts have the same name, description, metadata and extensions. */
export function equalHeader(a: ArtifactHeader, b: ArtifactHeader): boolean {
  return (
    isObject(a) &&
    isObject(b) &&
    a.artifactId === b.artifactId &&
    a.name === b.name &&
    a.description === b.description &&
    equalJson(a.metadata, b.metadata) &&
    equalJson(a.extensions, b.extensions)
  );
}

function equalEach<T extends object>(
  a: readonly T[],
  b: readonly T[],
  equal: (a: T, b: T) => boolean,
): boolean {
  if (!isList(a) || !isList(b) || a.length !== b.length) return false;
  return a.every((item, index) => {
    const other = b[index];
    return other !== undefined && equal(item, other);
  });
}
