import { Artifact, Message, Part, TaskStatus } from '@a2a-js/sdk';
import type {
  ArtifactDelta,
  ArtifactHeader,
  ListDelta,
  TaskDelta,
} from '@a2a-redis/core/task-store';

import { eventOperations } from './document-events.ts';
import { jsonText } from './json-text.ts';

/** How many values one JSON.ARRAPPEND brings: a script passes on a few thousand arguments at most. */
const MOST_VALUES = 900;

/** What a change does to a document. Paths hold names of members and positions, never ids. */
export interface DocumentChange {
  /** Lists that the operations rely on: their paths, and how many items each must have. */
  readonly lengths: readonly (readonly [path: string, length: number])[];
  /**
   * Commands with what follows the key: JSON.ARRAPPEND to lists of a known length, JSON.SET and
   * JSON.DEL. They are applied by kind, in this order of kinds.
   */
  readonly operations: readonly (readonly string[])[];
}

/**
 * The document of a task that is written anew: its A2A JSON form. Lists are there even where they are
 * empty, so that they can be appended to. Events with an id are not in it: they stand in the store's
 * own member.
 *
 * @param delta All that the task holds.
 */
export function documentOf(taskId: string, delta: TaskDelta): string {
  const { contextId, status, metadata, history, artifacts } = delta;
  return jsonText(
    {
      id: taskId,
      contextId: contextId ?? '',
      ...(status && { status: TaskStatus.toJSON(status) }),
      history: (history?.items ?? []).map((message) => Message.toJSON(message)),
      artifacts: artifacts.map(artifactJson),
      ...(metadata && { metadata }),
    },
    0,
  );
}

/** The operations that make a change of a stored document. */
export function changeOf(delta: TaskDelta): DocumentChange {
  const change = new ChangeBuilder();
  if (delta.contextId !== undefined) change.set('$.contextId', delta.contextId, 1);
  if (delta.status !== undefined) {
    change.assign('$.status', delta.status && TaskStatus.toJSON(delta.status), 1);
  }
  if (delta.metadata !== undefined) change.assign('$.metadata', delta.metadata, 1);
  if (delta.history !== undefined) {
    change.list('$.history', delta.history, (message) => Message.toJSON(message), 2);
  }
  changeArtifacts(delta, change);
  change.add(eventOperations(delta.events));
  return change;
}

function changeArtifacts(delta: TaskDelta, change: ChangeBuilder): void {
  const { before, after } = delta.artifactCount;
  const changed = delta.artifacts.filter(({ index }) => index < before);
  const added = delta.artifacts.filter(({ index }) => index >= before);
  for (const { index, header, parts } of changed) {
    const path = `$.artifacts[${index}]`;
    if (header !== undefined) {
      change.expect('$.artifacts', before);
      changeHeader(path, header, change);
    }
    if (parts !== undefined) {
      change.list(`${path}.parts`, parts, (part) => Part.toJSON(part), 4);
    }
  }
  if (before !== after) {
    const keep = Math.min(before, after);
    const list = { keep, items: added, before, after };
    change.list('$.artifacts', list, artifactJson, 2);
  }
}

/** A header has few members; those that have their default value are left out of the JSON form. */
const HEADER_MEMBERS = ['artifactId', 'name', 'description', 'metadata', 'extensions'] as const;

function changeHeader(path: string, header: ArtifactHeader, change: ChangeBuilder): void {
  const members = new Map<string, unknown>(Object.entries(objectOf(headerJson(header))));
  for (const member of HEADER_MEMBERS) {
    change.assign(`${path}.${member}`, members.get(member), 3);
  }
}

function headerJson(header: ArtifactHeader): unknown {
  return Artifact.toJSON({ ...header, parts: [] });
}

/** A new artifact: it comes with its header and all its parts. */
function artifactJson({ header, parts }: ArtifactDelta): unknown {
  return {
    ...objectOf(header && headerJson(header)),
    parts: (parts?.items ?? []).map((part) => Part.toJSON(part)),
  };
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** Collects the operations of a change. */
class ChangeBuilder implements DocumentChange {
  readonly lengths: [string, number][] = [];
  readonly operations: (readonly string[])[] = [];

  expect(path: string, length: number): void {
    if (!this.lengths.some(([known]) => known === path)) this.lengths.push([path, length]);
  }

  add(operations: readonly (readonly string[])[]): void {
    this.operations.push(...operations);
  }

  set(path: string, value: unknown, depth: number): void {
    this.operations.push(['JSON.SET', path, jsonText(value, depth)]);
  }

  /** Sets a value, or removes one that is now absent. */
  assign(path: string, value: unknown, depth: number): void {
    if (value === undefined || value === null) this.operations.push(['JSON.DEL', path]);
    else this.set(path, value, depth);
  }

  /** @param depth How many levels lie around an item. */
  list<T>(path: string, delta: ListDelta<T>, toJson: (item: T) => unknown, depth: number): void {
    const { keep, before } = delta;
    this.expect(path, before);
    if (keep === 0 && before > 0) {
      this.set(path, delta.items.map(toJson), depth - 1);
      return;
    }
    for (let first = 0; first < delta.items.length; first += MOST_VALUES) {
      const values = delta.items.slice(first, first + MOST_VALUES);
      this.operations.push([
        'JSON.ARRAPPEND',
        path,
        ...values.map((item) => jsonText(toJson(item), depth)),
      ]);
    }
    // What goes does so at the end, see json-change.lua.
    if (keep < before) this.operations.push(['JSON.DEL', `${path}[${keep}:${before}]`]);
  }
}
