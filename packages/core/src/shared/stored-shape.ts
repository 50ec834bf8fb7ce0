import {
  type Artifact,
  type Message,
  type Part,
  Role,
  type Task,
  type TaskArtifactUpdateEvent,
  TaskState,
  type TaskStatus,
  type TaskStatusUpdateEvent,
} from '@a2a-js/sdk';

import { isRecord } from './check-options.ts';

/** What is wrong in a value, and at which path; the path of the value itself is empty. */
export interface ShapeFault {
  readonly path: string;
  readonly problem: string;
}

/**
 * What a stored value must look like: the A2A JSON form that the SDK's codec writes. The codec itself
 * reads anything: a number becomes a text, an unknown state -1, and any text bytes.
 *
 * A member may be absent or `null`, which A2A JSON takes for the same, and then has its default value.
 * Members that are not known may be there: a newer SDK may write more.
 *
 * @returns The first fault that is found; `undefined` where there is none.
 */
export type Shape = (value: unknown) => ShapeFault | undefined;

/** Each field of a type by its name in JSON, so that none is forgotten. */
type Members<Name extends string> = Readonly<Record<Name, Shape>>;
type ContentKind = NonNullable<Part['content']>['$case'];

const ANYTHING: Shape = () => undefined;
const BOOLEAN = simple('not true or false', (value) => typeof value === 'boolean');
const TEXT = simple('not a text', (value) => typeof value === 'string');
const BYTES = simple('not bytes in base64', isBase64);
const OBJECT = simple('not a JSON object', isRecord);
const TEXTS = listOf(TEXT);

const CONTENT: Members<ContentKind> = { text: TEXT, raw: BYTES, url: TEXT, data: ANYTHING };
const CONTENT_KINDS = Object.keys(CONTENT);

const PART: Members<ContentKind | Exclude<keyof Part, 'content'>> = {
  ...CONTENT,
  metadata: OBJECT,
  filename: TEXT,
  mediaType: TEXT,
};
/** See {@link Shape}. */
export const PART_SHAPE: Shape = objectOf(PART, holdsOneContent);

const MESSAGE: Members<keyof Message> = {
  messageId: TEXT,
  contextId: TEXT,
  taskId: TEXT,
  role: memberOf(Role),
  parts: listOf(PART_SHAPE),
  metadata: OBJECT,
  extensions: TEXTS,
  referenceTaskIds: TEXTS,
};
/** See {@link Shape}. */
export const MESSAGE_SHAPE: Shape = objectOf(MESSAGE);

const STATUS: Members<keyof TaskStatus> = {
  state: memberOf(TaskState),
  message: MESSAGE_SHAPE,
  timestamp: TEXT,
};
/** See {@link Shape}. */
export const STATUS_SHAPE: Shape = objectOf(STATUS);

const HEADER: Members<Exclude<keyof Artifact, 'parts'>> = {
  artifactId: TEXT,
  name: TEXT,
  description: TEXT,
  metadata: OBJECT,
  extensions: TEXTS,
};
/** See {@link Shape}. */
export const HEADER_SHAPE: Shape = objectOf(HEADER);

/** See {@link Shape}. */
export const METADATA_SHAPE: Shape = OBJECT;

const ARTIFACT: Members<keyof Artifact> = { ...HEADER, parts: listOf(PART_SHAPE) };
const ARTIFACT_SHAPE = objectOf(ARTIFACT);

const TASK: Members<keyof Task> = {
  id: TEXT,
  contextId: TEXT,
  status: STATUS_SHAPE,
  artifacts: listOf(ARTIFACT_SHAPE),
  history: listOf(MESSAGE_SHAPE),
  metadata: OBJECT,
};
/** See {@link Shape}. */
export const TASK_SHAPE: Shape = objectOf(TASK);

const STATUS_UPDATE: Members<keyof TaskStatusUpdateEvent> = {
  taskId: TEXT,
  contextId: TEXT,
  status: STATUS_SHAPE,
  metadata: OBJECT,
};
/** See {@link Shape}. */
export const STATUS_UPDATE_SHAPE: Shape = objectOf(STATUS_UPDATE);

const ARTIFACT_UPDATE: Members<keyof TaskArtifactUpdateEvent> = {
  taskId: TEXT,
  contextId: TEXT,
  artifact: ARTIFACT_SHAPE,
  append: BOOLEAN,
  lastChunk: BOOLEAN,
  metadata: OBJECT,
};
/** See {@link Shape}. */
export const ARTIFACT_UPDATE_SHAPE: Shape = objectOf(ARTIFACT_UPDATE);

function simple(problem: string, fits: (value: unknown) => boolean): Shape {
  const fault = { path: '', problem };
  return (value) => (fits(value) ? undefined : fault);
}

/** The name of a member of an enumeration: the codecs write no numbers. */
function memberOf(members: Readonly<Record<string, unknown>>): Shape {
  // An enumeration of TypeScript holds the names by their numbers, too.
  const names = new Set(Object.keys(members).filter((name) => typeof members[name] === 'number'));
  return simple(
    'not a member of its enumeration',
    (value) => typeof value === 'string' && names.has(value),
  );
}

function listOf(item: Shape): Shape {
  return (value) => {
    if (!Array.isArray(value)) return { path: '', problem: 'not a list' };
    for (const [index, entry] of value.entries()) {
      const fault = item(entry);
      if (fault !== undefined) return within(`[${index}]`, fault);
    }
    return undefined;
  };
}

/** @param whole Checks what concerns more than one member, once each of them is right. */
function objectOf(
  members: Readonly<Record<string, Shape>>,
  whole: (value: Readonly<Record<string, unknown>>) => ShapeFault | undefined = ANYTHING,
): Shape {
  const shapes = new Map(
    Object.entries(members).flatMap(([name, shape]) =>
      namesOf(name).map((either) => [either, shape] as const),
    ),
  );
  return (value) => {
    if (!isRecord(value)) return OBJECT(value);
    // Few of the members that may be there are.
    for (const name of Object.keys(value)) {
      const member = value[name];
      const shape = member === undefined || member === null ? undefined : shapes.get(name);
      const fault = shape?.(member);
      if (fault !== undefined) return within(name, fault);
    }
    return whole(value);
  };
}

/** The SDK reads a member by its name in the protobuf definition, too, as in `message_id`. */
function namesOf(name: string): readonly string[] {
  const inProtobuf = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return inProtobuf === name ? [name] : [name, inProtobuf];
}

/** Of data, `null` is a value, which stands beside no other content either. */
function holdsOneContent(part: Readonly<Record<string, unknown>>): ShapeFault | undefined {
  let kinds = 0;
  for (const kind of CONTENT_KINDS) {
    const value = part[kind];
    if (value !== undefined && (value !== null || kind === 'data')) kinds += 1;
  }
  return kinds > 1 ? { path: '', problem: 'more than one kind of content' } : undefined;
}

/** Decoding skips whatever is not base64; so bytes are what encoding them gives again. */
function isBase64(value: unknown): boolean {
  return typeof value === 'string' && Buffer.from(value, 'base64').toString('base64') === value;
}

function within(step: string, { path, problem }: ShapeFault): ShapeFault {
  const separator = path === '' || path.startsWith('[') ? '' : '.';
  return { path: `${step}${separator}${path}`, problem };
}
