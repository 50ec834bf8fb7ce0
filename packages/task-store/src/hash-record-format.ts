import { defineScript, HostScript } from '@a2a-redis/core/shared';
import {
  indexTaskSource,
  recordVersionSource,
  type TaskRecordFormat,
} from '@a2a-redis/core/task-store';

import { decodeRecord, encodeDelta } from './hash-record.ts';
import readTaskSource from './scripts/read-task.lua';
import saveTaskSource from './scripts/save-task.lua';

/** A task as one Redis hash, a field for everything that changes by itself. */
export const hashRecordFormat: TaskRecordFormat = {
  versionField: 'v',
  saveScript: new HostScript(
    'save-task',
    `${indexTaskSource}\n${recordVersionSource}\n${saveTaskSource}`,
  ),
  readScript: defineScript('read-task', readTaskSource, { writes: 'never' }),
  encode: encodeDelta,
  decode: decodeRecord,
};
