import type { Message, TaskStatus } from '@a2a-js/sdk';

import { equalMessage, equalPart, equalStatus } from '../model/a2a-values.ts';
import { carriedEvents } from './carried-places.ts';
import { ItemList } from '../model/item-list.ts';
import {
  equalJson,
  type JsonObject,
  type JsonValue,
  ownValue,
  setOwn,
} from '../model/json-value.ts';
import { mergeKeyed } from './merge-keyed.ts';
import { type ArtifactSnapshot, equalArtifact, type TaskSnapshot } from '../model/task-snapshot.ts';
import { isTerminal, statusTime } from '../../shared/state-kinds.ts';

/**
 * Merges two changes of one task that were made at once.
 *
 * - history by message id, artifacts by artifact id, metadata by key;
 * - parts that both appended to one artifact: theirs, which are stored already, then mine;
 * - a terminal state wins over any other, the first terminal state over a later one; of two other
 *   states the one with the later timestamp;
 * - what only one side changed or removed is as that side has it; where one side removed what the
 *   other changed, the change stays;
 * - where both changed the same value, mine wins: it is the later write.
 *
 * @param base What both started from; `undefined` where that is unknown. Nothing that either side holds is
 *   dropped then, and the parts with which both begin are taken to be from before.
 * @param mine What this process wants to store.
 * @param theirs What is stored.
 */
export function mergeTasks(
  base: TaskSnapshot | undefined,
  mine: TaskSnapshot,
  theirs: TaskSnapshot,
): TaskSnapshot {
  const merged = mergeContents(base, mine, theirs);
  return theirs.events === undefined
    ? merged
    : { ...merged, events: carriedEvents(theirs, merged) };
}

function mergeContents(
  base: TaskSnapshot | undefined,
  mine: TaskSnapshot,
  theirs: TaskSnapshot,
): TaskSnapshot {
  return {
    id: theirs.id,
    contextId: pick(base?.contextId, mine.contextId, theirs.contextId, Object.is),
    status: mergeStatus(base?.status, mine.status, theirs.status),
    metadata: mergeMetadata(base?.metadata, mine.metadata, theirs.metadata),
    history: mergeHistory(base?.history, mine.history, theirs.history),
    artifacts: mergeKeyed({
      base: base?.artifacts ?? [],
      mine: mine.artifacts,
      theirs: theirs.artifacts,
      idOf: (artifact) => artifact.header.artifactId,
      equal: equalArtifact,
      merge: (from, ...sides) => mergeArtifacts(from, ...sides, base === undefined),
    }),
  };
}

function mergeHistory(
  base: ItemList<Message> | undefined,
  mine: ItemList<Message>,
  theirs: ItemList<Message>,
): ItemList<Message> {
  if (mine === base) return theirs;
  const messages = mergeKeyed({
    base: base?.toArray() ?? [],
    mine: mine.toArray(),
    theirs: theirs.toArray(),
    idOf: (message) => message.messageId,
    equal: equalMessage,
    merge: (_base, message) => message,
  });
  return ItemList.of(messages);
}

/** The side that changed; mine where both did. */
function pick<T>(base: T | undefined, mine: T, theirs: T, equal: (a: T, b: T) => boolean): T {
  return base !== undefined && equal(mine, base) ? theirs : mine;
}

function mergeStatus(
  base: TaskStatus | undefined,
  mine: TaskStatus | undefined,
  theirs: TaskStatus | undefined,
): TaskStatus | undefined {
  if (isTerminal(theirs) || equalStatus(mine, base)) return theirs;
  if (isTerminal(mine) || equalStatus(theirs, base)) return mine;
  const [mineAt, theirsAt] = [statusTime(mine), statusTime(theirs)];
  return mineAt !== undefined && theirsAt !== undefined && mineAt < theirsAt ? theirs : mine;
}

function mergeMetadata(
  base: JsonObject | undefined,
  mine: JsonObject | undefined,
  theirs: JsonObject | undefined,
): JsonObject | undefined {
  if (equalJson(mine, base)) return theirs;
  if (equalJson(theirs, base)) return mine;
  const merged: Record<string, JsonValue> = {};
  for (const key of new Set([...Object.keys(theirs ?? {}), ...Object.keys(mine ?? {})])) {
    const [inBase, inMine, inTheirs] = [
      ownValue(base, key),
      ownValue(mine, key),
      ownValue(theirs, key),
    ];
    const mineUnchanged = inBase !== undefined && equalJson(inMine, inBase);
    const theirsUnchanged = inBase !== undefined && equalJson(inTheirs, inBase);
    const value = mineUnchanged ? inTheirs : theirsUnchanged ? inMine : (inMine ?? inTheirs);
    if (value !== undefined) setOwn(merged, key, value);
  }
  return Object.freeze(merged);
}

function mergeArtifacts(
  base: ArtifactSnapshot | undefined,
  mine: ArtifactSnapshot,
  theirs: ArtifactSnapshot,
  isBaseUnknown: boolean,
): ArtifactSnapshot {
  const fields = [base?.header, mine.header, theirs.header] as const;
  const [inBase, inMine, inTheirs] = fields;
  return {
    header: Object.freeze({
      artifactId: inTheirs.artifactId,
      name: pick(inBase?.name, inMine.name, inTheirs.name, Object.is),
      description: pick(inBase?.description, inMine.description, inTheirs.description, Object.is),
      metadata: mergeMetadata(inBase?.metadata, inMine.metadata, inTheirs.metadata),
      extensions: pick(inBase?.extensions, inMine.extensions, inTheirs.extensions, equalJson),
    }),
    parts: mergeParts(base, mine, theirs, isBaseUnknown),
  };
}

/**
 * A side that only appended has all parts of the base in front. A side that replaced the artifact
 * counts as its new parts; what the other side appended meanwhile is kept behind them.
 */
function mergeParts(
  base: ArtifactSnapshot | undefined,
  mine: ArtifactSnapshot,
  theirs: ArtifactSnapshot,
  isBaseUnknown: boolean,
): ArtifactSnapshot['parts'] {
  if (base === undefined) {
    const shared = isBaseUnknown ? mine.parts.commonPrefix(theirs.parts, equalPart) : 0;
    return theirs.parts.append(mine.parts.from(shared));
  }
  const baseLength = base.parts.length;
  const mineAppended = mine.parts.commonPrefix(base.parts, equalPart) === baseLength;
  const theirsAppended = theirs.parts.commonPrefix(base.parts, equalPart) === baseLength;
  if (mineAppended) return theirs.parts.append(mine.parts.from(baseLength));
  if (theirsAppended) return mine.parts.append(theirs.parts.from(baseLength));
  return mine.parts;
}
