import { type ListTasksResponse, type TaskPushNotificationConfig, TaskState } from '@a2a-js/sdk';

import { planFor } from './planner.ts';
import { artifactData, artifactTexts, historyOf, inShort } from './stored-task.ts';
import type { Transcript } from './transcript.ts';
import { listRequest, type TravelClients } from './travel-client.ts';
import { stateName } from './updates.ts';

/** What was seen before the server was killed. */
export interface Seen {
  /** A finished task with the user's messages and the agent's question between them. */
  readonly first: {
    readonly id: string;
    readonly said: readonly [opening: string, answer: string];
    readonly question: string;
  };
  /** A finished task with push configs. */
  readonly second: {
    readonly id: string;
    readonly configs: readonly TaskPushNotificationConfig[];
  };
  /** The interrupted task and the itinerary chunks that had arrived. */
  readonly third: {
    readonly id: string;
    readonly said: string;
    readonly arrived: readonly string[];
  };
}

/** Reads everything from the new server and compares. */
export async function readBack(t: Transcript, clients: TravelClients, seen: Seen): Promise<void> {
  await readFirst(t, clients, seen.first);
  await readList(t, clients, seen);
  await readPushConfigs(t, clients, seen.second);
  await readThird(t, clients, seen.third);
}

async function readFirst(
  t: Transcript,
  { jsonRpc }: TravelClients,
  { id, said, question }: Seen['first'],
): Promise<void> {
  const plan = planFor(...said);
  const task = await jsonRpc.getTask({ tenant: '', id });
  for (const [role, text] of historyOf(task)) t.say(role, text);
  t.check('the first task is completed', stateName(task.status?.state), 'completed');
  t.check('its history has these 4 messages', historyOf(task), [
    ['you', said[0]],
    ['agent', question],
    ['you', said[1]],
    ['agent', plan.summary],
  ]);
  const itinerary = artifactTexts(task, 'itinerary');
  t.check('its itinerary is the one that was streamed', itinerary, plan.days);
  t.check('so is its budget', artifactData(task, 'budget'), plan.budget);
  const packing = artifactTexts(task, 'packing');
  t.check('so is its packing list', packing, [plan.packing.join('\n')]);
}

async function readList(t: Transcript, clients: TravelClients, seen: Seen): Promise<void> {
  const [first, second, third] = [seen.first.id, seen.second.id, seen.third.id];
  const page1 = await clients.rest.listTasks(listRequest({ pageSize: 2 }));
  const page2 = await clients.rest.listTasks(
    listRequest({ pageSize: 2, pageToken: page1.nextPageToken }),
  );
  for (const page of [page1, page2]) t.say('page', page.tasks.map(inShort).join(', '));
  t.check('page 1 has the newest 2 of 3 tasks', outline(page1), [[third, second], 3, true]);
  t.check('page 2 has the oldest, and is the last', outline(page2), [[first], 3, false]);
  const done = await clients.jsonRpc.listTasks(
    listRequest({ status: TaskState.TASK_STATE_COMPLETED }),
  );
  t.check('a filter finds the 2 completed tasks', outline(done), [[second, first], 2, false]);
}

async function readPushConfigs(
  t: Transcript,
  { rest }: TravelClients,
  { id: taskId, configs }: Seen['second'],
): Promise<void> {
  const stored = await rest.listTaskPushNotificationConfig({
    tenant: '',
    taskId,
    pageSize: 0,
    pageToken: '',
  });
  for (const { id, url, authentication } of stored.configs) {
    t.say('push', `${id}: ${url}, ${authentication?.scheme} ${authentication?.credentials}`);
  }
  t.check('both push configs are there, with their secrets', stored.configs, configs);
}

async function readThird(
  t: Transcript,
  { jsonRpc }: TravelClients,
  { id, said, arrived }: Seen['third'],
): Promise<void> {
  const task = await jsonRpc.getTask({ tenant: '', id });
  const stored = artifactTexts(task, 'itinerary');
  // A chunk is stored before it is sent, so the server may have died between the two.
  const hasNext = stored.length > arrived.length;
  t.check(
    hasNext
      ? `the interrupted task has the ${arrived.length} days that had arrived and the next one`
      : `the interrupted task has exactly the ${arrived.length} days that had arrived`,
    stored,
    planFor(said).days.slice(0, arrived.length + (hasNext ? 1 : 0)),
  );
  t.check('its state is still working', stateName(task.status?.state), 'working');
  t.note(
    'Nobody works on it any more. A task store cannot know that; ending the tasks of a dead ' +
      'process is for the event queue, which is the SDK’s in-process one here.',
  );
}

function outline(page: ListTasksResponse): readonly [ids: string[], total: number, more: boolean] {
  return [page.tasks.map((task) => task.id), page.totalSize, page.nextPageToken !== ''];
}
