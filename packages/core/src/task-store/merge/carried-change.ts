import { equalHeader, equalMessage, equalPart, equalStatus } from '../model/a2a-values.ts';
import type { ItemList } from '../model/item-list.ts';
import { equalJson, type JsonObject, ownValue } from '../model/json-value.ts';
import { type ArtifactSnapshot, findArtifact, type TaskSnapshot } from '../model/task-snapshot.ts';

/**
 * Whether a task holds what a change did, or something else in its place: then whoever made the task
 * knew of the change. Where it still is as before in one respect, they did not.
 *
 * It tells a copy of an object that was saved from one that was made before that save.
 *
 * @param before What the change started from.
 * @param after What the change came to.
 */
export function carriesChange(
  task: TaskSnapshot,
  before: TaskSnapshot,
  after: TaskSnapshot,
): boolean {
  return (
    carriesValue(task.contextId, before.contextId, after.contextId, Object.is) &&
    carriesValue(task.status, before.status, after.status, equalStatus) &&
    carriesKeys(task.metadata, before.metadata, after.metadata) &&
    carriesItems(task.history, before.history, after.history, equalMessage) &&
    carriesArtifacts(task.artifacts, before.artifacts, after.artifacts)
  );
}

function carriesValue<T>(value: T, before: T, after: T, equal: (a: T, b: T) => boolean): boolean {
  return equal(before, after) || !equal(value, before);
}

function carriesKeys(
  metadata: JsonObject | undefined,
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): boolean {
  if (before === after) return true;
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...keys].every((key) =>
    carriesValue(ownValue(metadata, key), ownValue(before, key), ownValue(after, key), equalJson),
  );
}

/** A list is carried by one that begins with it: lists grow. */
function carriesItems<T>(
  list: ItemList<T>,
  before: ItemList<T>,
  after: ItemList<T>,
  equal: (a: T, b: T) => boolean,
): boolean {
  const beginsWith = (whole: ItemList<T>): boolean =>
    whole.commonPrefix(after, equal) === after.length;
  return (before.length === after.length && beginsWith(before)) || beginsWith(list);
}

function carriesArtifacts(
  artifacts: readonly ArtifactSnapshot[],
  before: readonly ArtifactSnapshot[],
  after: readonly ArtifactSnapshot[],
): boolean {
  const ids = new Set([...before, ...after].map(({ header }) => header.artifactId));
  return [...ids].every((id) => {
    const [from, to] = [findArtifact(before, id), findArtifact(after, id)];
    return from === to || carriesArtifact(findArtifact(artifacts, id), from, to);
  });
}

function carriesArtifact(
  artifact: ArtifactSnapshot | undefined,
  before: ArtifactSnapshot | undefined,
  after: ArtifactSnapshot | undefined,
): boolean {
  if (artifact === undefined || after === undefined) return artifact === after;
  if (before === undefined)
    return artifact.parts.commonPrefix(after.parts, equalPart) === after.parts.length;
  return (
    carriesValue(artifact.header, before.header, after.header, equalHeader) &&
    carriesItems(artifact.parts, before.parts, after.parts, equalPart)
  );
}
