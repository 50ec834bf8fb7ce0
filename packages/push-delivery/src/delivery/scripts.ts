import { defineScript, type RedisScript, requireRightsSource } from '@a2a-redis/core/shared';

import claimTasksSource from './scripts/claim-tasks.lua';
import countDueSource from './scripts/count-due.lua';
import enqueueEventSource from './scripts/enqueue-event.lua';
import finishDeliverySource from './scripts/finish-delivery.lua';
import giveUpChunksSource from './scripts/give-up-chunks.lua';
import lanesSource from './scripts/lanes.lua';
import listLettersSource from './scripts/list-letters.lua';
import markTaskSource from './scripts/mark-task.lua';
import noteLetterSource from './scripts/note-letter.lua';
import readLanesSource from './scripts/read-lanes.lua';
import requeueLetterSource from './scripts/requeue-letter.lua';
import scheduleSource from './scripts/schedule.lua';
import settleMarkSource from './scripts/settle-mark.lua';
import switchLaneSource from './scripts/switch-lane.lua';
import takeDeliveriesSource from './scripts/take-deliveries.lua';

const schedule = `${requireRightsSource}\n${scheduleSource}`;

export const markTask: RedisScript = ofSchedule('mark-task', markTaskSource);
export const settleMark: RedisScript = ofSchedule('settle-mark', settleMarkSource);
export const claimTasks: RedisScript = defineScript(
  'claim-tasks',
  `${schedule}\n${claimTasksSource}`,
  { writes: 'sometimes' },
);
export const countDue: RedisScript<'never'> = defineScript(
  'count-due',
  `${schedule}\n${countDueSource}`,
  { writes: 'never' },
);
export const enqueueEvent: RedisScript = ofLanes('enqueue-event', enqueueEventSource);
export const takeDeliveries: RedisScript = ofLanes('take-deliveries', takeDeliveriesSource);
export const finishDelivery: RedisScript = ofLanes('finish-delivery', finishDeliverySource);
export const requeueLetter: RedisScript = ofLanes('requeue-letter', requeueLetterSource);
export const switchLane: RedisScript = ofLanes('switch-lane', switchLaneSource);
export const giveUpChunks: RedisScript = ofLanes('give-up-chunks', giveUpChunksSource);
export const readLanes: RedisScript = ofLanes('read-lanes', readLanesSource);
export const noteLetter: RedisScript = defineScript(
  'note-letter',
  `${requireRightsSource}\n${noteLetterSource}`,
);
export const listLetters: RedisScript<'never'> = defineScript('list-letters', listLettersSource, {
  writes: 'never',
});

function ofSchedule(name: string, source: string): RedisScript {
  return defineScript(name, `${schedule}\n${source}`);
}

/** Each may find that nothing is to be done. */
function ofLanes(name: string, source: string): RedisScript {
  return defineScript(name, `${schedule}\n${lanesSource}\n${source}`, {
    writes: 'sometimes',
  });
}
