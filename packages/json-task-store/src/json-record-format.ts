import { defineScript, HostScript } from '@a2a-redis/core/shared';
import {
  indexTaskSource,
  recordVersionSource,
  type TaskDelta,
  type TaskRecordFormat,
} from '@a2a-redis/core/task-store';

import { eventsText } from './document-events.ts';
import { changeOf, documentOf, type DocumentChange } from './document-operations.ts';
import { jsonRecordLua, jsonRequirement } from './json-support.ts';
import { decodeDocument } from './task-document.ts';
import jsonChangeSource from './scripts/json-change.lua';
import readTaskSource from './scripts/read-json-task.lua';
import saveTaskSource from './scripts/save-json-task.lua';

/** A task as one JSON document, changed by path. */
export const jsonRecordFormat: TaskRecordFormat = {
  versionField: '$._store.version',
  requirement: jsonRequirement,
  saveScript: new HostScript(
    'save-json-task',
    [indexTaskSource, recordVersionSource, jsonRecordLua, jsonChangeSource, saveTaskSource].join(
      '\n',
    ),
  ),
  readScript: defineScript('read-json-task', `${jsonRecordLua}\n${readTaskSource}`, {
    writes: 'never',
  }),
  encode: encodeDelta,
  decode: decodeDocument,
};

/** The arguments 4 and on of `save-json-task.lua`, up to the index entry. */
export function encodeDelta(taskId: string, delta: TaskDelta, whole: boolean): string[] {
  if (!whole) return changeArguments(changeOf(delta));
  const events = eventsText(delta.events);
  // The script goes on where this ends. One text is stored as a whole, or refused as a whole.
  const own = `"_store":{${events === undefined ? '' : `"events":${events},`}`;
  return ['1', `${documentOf(taskId, delta).slice(0, -1)},${own}`, '0', '0'];
}

/** As {@link encodeDelta}, for a change that is given as operations. */
export function changeArguments({ lengths, operations }: DocumentChange): string[] {
  const steps = operations.flatMap(([command = '', ...args]) => [
    command,
    String(args.length),
    ...args,
  ]);
  return [
    '0',
    '',
    String(lengths.length),
    String(steps.length),
    ...lengths.flatMap(([path, length]) => [path, String(length)]),
    ...steps,
  ];
}
