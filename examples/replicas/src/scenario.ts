import type { Transcript } from '@a2a-redis-internal/example-travel-agent/transcript';
import type { Replica, RoundRobinProxy } from '@a2a-redis-internal/replicas';

import { Reader, stateName, StoryClient } from './story-client.ts';

/** What the scenario plays with. */
export interface Stage {
  readonly transcript: Transcript;
  readonly proxy: RoundRobinProxy;
  readonly replicas: readonly Replica[];
}

const SENTENCES = 20;

function sentences(first: number, last: number = SENTENCES): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `Sentence ${first + index}.`);
}

/** @throws {StepFailed} At the first step that cannot go on. */
export async function play({ transcript: t, proxy, replicas }: Stage): Promise<void> {
  const client = await StoryClient.connect(proxy.url);

  await t.step('A client streams, loses its connection and resubscribes elsewhere', async () => {
    const first = new Reader(client.tell(SENTENCES));
    await first.until(5);
    t.say(client.servedBy, `executes the task, and streams: ${first.heard.join(' ')}`);
    const executing = client.servedBy;
    proxy.dropConnections();
    await first.ended;
    t.say('you', `lost the connection after "${first.heard.at(-2)}"`);
    const second = new Reader(client.resubscribe(first.taskId));
    await second.until(1);
    const held = Number(/\d+/u.exec(second.heard[0] ?? '')?.[0]);
    t.say(client.servedBy, `resubscribed: ${second.heard[0]}, and goes on`);
    t.check('another replica serves now', client.servedBy === executing, false);
    const heard = await second.ended;
    t.say(client.servedBy, heard.slice(1).join(' '));
    t.check('the snapshot, then every later sentence once, then the end', heard, [
      `task with ${held} sentences`,
      ...sentences(held + 1),
      'completed',
    ]);
  });

  await t.step('A cancel on another replica reaches the executor', async () => {
    const story = new Reader(client.tell(SENTENCES));
    await story.until(4);
    const executing = client.servedBy;
    t.say(executing, `executes the task: ${story.heard.join(' ')}`);
    const watching = new Reader(client.resubscribe(story.taskId));
    await watching.until(1);
    t.say(client.servedBy, `has a subscriber: ${watching.heard[0]}`);
    const canceled = await client.cancel(story.taskId);
    t.say(client.servedBy, `took the cancel, and answers: ${stateName(canceled.status?.state)}`);
    t.check('another replica took it', client.servedBy === executing, false);
    const ends = [await story.ended, await watching.ended].map((heard) => heard.at(-1));
    t.check('both streams end with it', ends, ['canceled', 'canceled']);
    const stored = await client.task(story.taskId);
    t.check('and so does the stored task', stateName(stored.status?.state), 'canceled');
  });

  await t.step('A replica is killed in mid-task', async () => {
    const story = new Reader(client.tell(SENTENCES));
    await story.until(4);
    const executing = replicas.find(({ name }) => name === client.servedBy);
    t.say(client.servedBy, `executes the task: ${story.heard.join(' ')}`);
    const watching = new Reader(client.resubscribe(story.taskId));
    await watching.until(1);
    t.say(client.servedBy, `has a subscriber: ${watching.heard[0]}`);
    await executing?.kill();
    t.say('kill -9', `${executing?.name}, process ${executing?.pid}`);
    const heard = await watching.ended;
    t.say('others', `noticed, and ended the task: ${heard.at(-1)}`);
    t.check(
      'the subscriber is told once',
      heard.filter((each) => each === 'failed'),
      ['failed'],
    );
    const stored = await client.task(story.taskId);
    t.check('the stored task has failed', stateName(stored.status?.state), 'failed');
    const kept = stored.artifacts.flatMap((artifact) => artifact.parts).length;
    const last = heard.findLast((each) => each.startsWith('Sentence')) ?? heard[0] ?? '';
    t.check('with every sentence that was heard', kept, Number(/\d+/u.exec(last)?.[0]));
  });

  await t.step('The other two go on', async () => {
    const story = new Reader(client.tell(3));
    const heard = await story.ended;
    t.say(client.servedBy, heard.join(' '));
    t.check('a new task completes', heard, [
      'task with 0 sentences',
      ...sentences(1, 3),
      'completed',
    ]);
  });
}
