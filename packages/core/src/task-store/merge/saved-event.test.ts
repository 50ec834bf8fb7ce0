import type { Task } from '@a2a-js/sdk';
import { AgentEvent } from '@a2a-js/sdk/server';
import { describe, expect, it } from 'vitest';

import { earlierTask, part } from '../../../test/event-arbitraries.ts';
import { withEventId } from '../../event-ids/event-id.ts';
import { savedEventOf } from './saved-event.ts';
import { snapshotOf, taskOf } from '../model/task-snapshot.ts';

const eventId = { publisher: 'p', counter: 7 };
const none = (): boolean => false;

/** The artifact of an event, as a bus delivers it. */
function artifact(
  append: boolean,
  texts: readonly string[] = ['chunk'],
): Task['artifacts'][number] {
  const fields = { name: '', description: '', metadata: undefined, extensions: [] };
  const event = AgentEvent.artifactUpdate({
    taskId: 't',
    contextId: 'c',
    artifact: { ...fields, artifactId: 'a', parts: texts.map(part) },
    append,
    lastChunk: false,
    metadata: undefined,
  });
  const identified = withEventId(event, eventId);
  if (identified.kind !== 'artifactUpdate' || !identified.data.artifact)
    throw new Error('another kind');
  return identified.data.artifact;
}

function markedStatus(): Task['status'] {
  const { status } = earlierTask;
  const event = AgentEvent.statusUpdate({
    taskId: 't',
    contextId: 'c',
    status,
    metadata: undefined,
  });
  const identified = withEventId(event, eventId);
  return identified.kind === 'statusUpdate' ? identified.data.status : undefined;
}

function markedTask(): Task {
  const identified = withEventId(AgentEvent.task(earlierTask), eventId);
  if (identified.kind !== 'task') throw new Error('another kind');
  return identified.data;
}

const [old] = earlierTask.artifacts;
if (old === undefined) throw new Error('There is no artifact.');

const withArtifacts = (...artifacts: Task['artifacts']): Task => ({ ...earlierTask, artifacts });

const FOUND: Readonly<Record<string, readonly [Task, unknown]>> = {
  nothing: [earlierTask, undefined],
  'a task': [markedTask(), { eventId, kind: 'task' }],
  'a status': [
    { ...earlierTask, status: markedStatus() },
    { eventId, kind: 'status' },
  ],
  'an artifact that an event made or replaced': [
    withArtifacts(old, artifact(false)),
    { eventId, kind: 'artifact', index: 1, isWhole: true, appends: false },
  ],
  'one without parts': [
    withArtifacts(old, artifact(false, [])),
    { eventId, kind: 'artifact', index: 1, isWhole: true, appends: false },
  ],
  'an artifact that appending made': [
    withArtifacts(artifact(true)),
    { eventId, kind: 'artifact', index: 0, isWhole: true, appends: true },
  ],
  'parts that were appended': [
    withArtifacts({ ...old, parts: [...old.parts, ...artifact(true).parts] }),
    { eventId, kind: 'artifact', index: 0, isWhole: false, appends: true },
  ],
};

describe('savedEventOf', () => {
  it.each(Object.entries(FOUND))('finds %s', (_name, [task, expected]) => {
    expect(savedEventOf(structuredClone(task), none)).toEqual(expected);
  });

  it('finds no event that the object was saved with before', () => {
    const task = { ...withArtifacts(old, artifact(true)), status: markedStatus() };
    expect(savedEventOf(task, ({ counter }) => counter === 7)).toBeUndefined();
  });

  it.each(Object.entries(FOUND))('finds none in what is stored of %s', (_name, [task]) => {
    const stored = taskOf(snapshotOf(task));
    expect(savedEventOf(stored, none)).toBeUndefined();
    expect(JSON.stringify(stored)).not.toContain('a2a-redis');
  });
});
