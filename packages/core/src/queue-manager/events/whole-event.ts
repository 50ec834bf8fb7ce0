import type {
  Artifact,
  Message,
  Part,
  Task,
  TaskArtifactUpdateEvent,
  TaskStatus,
  TaskStatusUpdateEvent,
} from '@a2a-js/sdk';
import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

/** What a property is where it was left out or is `null`; any other value is itself. */
type Fill = (value: unknown) => unknown;
/** Every property of a type, so that none is forgotten. */
type Members<T> = Readonly<Record<keyof T, Fill>>;

const TEXT: Fill = (value) => value ?? '';
const FLAG: Fill = (value) => value ?? false;
const MEMBER: Fill = (value) => value ?? 0;
const OPTIONAL: Fill = (value) => value ?? undefined;
const TEXTS = listOf((value) => value);

const PART = objectOf<Part>({
  content: contentOf,
  metadata: OPTIONAL,
  filename: TEXT,
  mediaType: TEXT,
});
const MESSAGE = objectOf<Message>({
  messageId: TEXT,
  contextId: TEXT,
  taskId: TEXT,
  role: MEMBER,
  parts: listOf(PART),
  metadata: OPTIONAL,
  extensions: TEXTS,
  referenceTaskIds: TEXTS,
});
const STATUS = objectOf<TaskStatus>({ state: MEMBER, message: MESSAGE, timestamp: OPTIONAL });
const ARTIFACT = objectOf<Artifact>({
  artifactId: TEXT,
  name: TEXT,
  description: TEXT,
  parts: listOf(PART),
  metadata: OPTIONAL,
  extensions: TEXTS,
});
const TASK = objectOf<Task>({
  id: TEXT,
  contextId: TEXT,
  status: STATUS,
  artifacts: listOf(ARTIFACT),
  history: listOf(MESSAGE),
  metadata: OPTIONAL,
});
const STATUS_UPDATE = objectOf<TaskStatusUpdateEvent>({
  taskId: TEXT,
  contextId: TEXT,
  status: STATUS,
  metadata: OPTIONAL,
});
const ARTIFACT_UPDATE = objectOf<TaskArtifactUpdateEvent>({
  taskId: TEXT,
  contextId: TEXT,
  artifact: ARTIFACT,
  append: FLAG,
  lastChunk: FLAG,
  metadata: OPTIONAL,
});

const KINDS: Readonly<Record<AgentExecutionEvent['kind'], Fill>> = {
  task: TASK,
  statusUpdate: STATUS_UPDATE,
  artifactUpdate: ARTIFACT_UPDATE,
  message: MESSAGE,
};

/** Whether something is an event of the SDK's, whatever it says. */
export function isEvent({ kind, data }: AgentExecutionEvent): boolean {
  const said: unknown = data;
  return Object.hasOwn(KINDS, kind) && typeof said === 'object' && said !== null;
}

/**
 * An event in which nothing is left out or `null` that its type says is there: what JavaScript callers leave
 * out has the value that it has on the wire, which is what the SDK makes of it. The event itself, where
 * nothing is missing.
 *
 * What has a wrong type stays as it is: it is found where the event is written.
 */
export function wholeEvent(event: AgentExecutionEvent): AgentExecutionEvent {
  if (!Object.hasOwn(KINDS, event.kind)) return event;
  const data = KINDS[event.kind](event.data);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of the same kind, with the same types
  return data === event.data ? event : ({ kind: event.kind, data } as AgentExecutionEvent);
}

function listOf(fill: Fill): Fill {
  return (value) => {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) return value;
    const items: readonly unknown[] = value;
    const filled = items.map((item) => fill(item));
    return filled.every((item, index) => item === items[index]) ? items : filled;
  };
}

function objectOf<T extends object>(members: Members<T>): Fill {
  const fills = Object.entries<Fill>(members);
  return (value) => {
    if (typeof value !== 'object' || value === null) return value ?? undefined;
    const missing: Record<string, unknown> = {};
    let isWhole = true;
    for (const [name, fill] of fills) {
      const before: unknown = Reflect.get(value, name);
      const after = fill(before);
      if (after === before) continue;
      missing[name] = after;
      isWhole = false;
    }
    return isWhole ? value : { ...value, ...missing };
  };
}

/** A kind of content without a value, or a value without a kind, is nothing; of data, `null` is a value. */
function contentOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const kind: unknown = Reflect.get(value, '$case');
  const content: unknown = Reflect.get(value, 'value');
  const isThere = content !== undefined && (content !== null || kind === 'data');
  return isThere && kind !== undefined && kind !== null ? value : undefined;
}
