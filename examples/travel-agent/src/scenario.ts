import { StreamResponse, type TaskPushNotificationConfig } from '@a2a-js/sdk';

import type { AgentProcess, ExitOutcome } from './agent-process.ts';
import { planFor } from './planner.ts';
import { readBack } from './read-back.ts';
import { artifactTexts } from './stored-task.ts';
import type { Transcript } from './transcript.ts';
import { connect, pushConfig, request, type TravelClients } from './travel-client.ts';
import { itineraryOf, kindOf, kindsOfPlan, readable, stateName, taskOf } from './updates.ts';
import type { Attempt, WebhookReceiver } from './webhook-receiver.ts';

/** What the scenario plays with. */
export interface Stage {
  readonly transcript: Transcript;
  readonly webhooks: WebhookReceiver;
  /** Starts a server, the first one or the next one. */
  readonly startAgent: () => Promise<AgentProcess>;
}

const LISBON = 'Plan a trip to Lisbon in spring, budget 900 EUR';
const LISBON_QUESTION = 'How many days do you want to stay in Lisbon?';
const LISBON_DAYS = '4 days';
const KYOTO = 'Plan 6 days in Kyoto in autumn, budget 1,500 EUR';
const CAPE_TOWN = 'Plan 10 days in Cape Town in January';
const REYKJAVIK = 'Plan 8 days in Reykjavik in winter';

const CHUNKS_BEFORE_KILL = 4;
const CHUNKS_BEFORE_CANCEL = 2;
const WEBHOOK_DEADLINE_MS = 10_000;

/** @throws {StepFailed} At the first step that cannot go on. */
export async function play({ transcript: t, webhooks, startAgent }: Stage): Promise<void> {
  let agent: AgentProcess;
  let clients: TravelClients;
  let lisbon = { id: '', contextId: '' };
  let kyoto: { id: string; configs: readonly TaskPushNotificationConfig[] };
  let capeTown: { id: string; said: string; arrived: readonly string[] };
  let kyotoWebhooks = 0;
  let refused: { readonly updates: readonly StreamResponse[]; readonly attempts: number };

  async function start(): Promise<void> {
    agent = await startAgent();
    t.say('server', `process ${agent.pid} at ${agent.origin}`);
    clients = await connect(agent.origin);
  }

  await t.step('Ask for a trip without saying for how long (JSON-RPC)', async () => {
    await start();
    t.say('you', LISBON);
    const updates = await follow(t, clients.jsonRpc.sendMessageStream(request(LISBON)));
    lisbon = taskOf(updates);
    const kinds = updates.map(kindOf);
    t.check('the task waits for input', kinds, ['task working', 'input-required']);
  });

  await t.step('Answer; the plan arrives in pieces (JSON-RPC)', async () => {
    const plan = planFor(LISBON, LISBON_DAYS);
    t.say('you', LISBON_DAYS);
    const answer = request(LISBON_DAYS, { taskId: lisbon.id, contextId: lisbon.contextId });
    const stream = clients.jsonRpc.sendMessageStream(answer);
    const updates = await follow(t, stream, { whole: true });
    t.check('it is the same task', taskOf(updates).id, lisbon.id);
    t.check('three artifacts, then completed', updates.map(kindOf), kindsOfPlan(plan));
    t.check('the itinerary came in a chunk for each day', itineraryOf(updates), plan.days);
  });

  await t.step('A longer task with push notifications (HTTP+JSON)', async () => {
    const first = pushConfig('ops', webhooks.url, 'Bearer', 'ops-secret');
    t.say('you', KYOTO);
    t.say('webhook', first.url);
    const stream = clients.rest.sendMessageStream(request(KYOTO, { push: first }));
    const updates = await follow(t, stream);
    t.check('the whole plan was streamed', updates.map(kindOf), kindsOfPlan(planFor(KYOTO)));
    await webhooks.waitFor(updates.length, WEBHOOK_DEADLINE_MS);
    t.say('webhooks', webhooks.received.map(({ update }) => kindOf(update)).join(', '));
    t.check(
      'the webhooks are the updates of the stream, in its order',
      webhooks.received.map(({ update }) => StreamResponse.toJSON(update)),
      updates.map((update) => StreamResponse.toJSON(update)),
    );
    t.check(
      'each carries the credentials of the config',
      [...new Set(webhooks.received.map(({ authorization }) => authorization))],
      ['Bearer ops-secret'],
    );
    kyotoWebhooks = updates.length;
    const taskId = taskOf(updates).id;
    const second = { ...pushConfig('audit', webhooks.url, 'Basic', 'YXVkaXQ6c2VjcmV0'), taskId };
    await clients.jsonRpc.createTaskPushNotificationConfig(second);
    kyoto = { id: taskId, configs: [{ ...first, taskId }, second] };
    t.note('A second config is registered for step 6.');
  });

  await t.step('Kill the server in the middle of a third task', async () => {
    t.say('you', CAPE_TOWN);
    const push = pushConfig('ops', webhooks.url, 'Bearer', 'ops-secret');
    webhooks.refuse(Number.POSITIVE_INFINITY);
    t.note('Its webhooks are refused for now.');
    const updates: StreamResponse[] = [];
    let outcome: ExitOutcome | undefined;
    const stream = clients.jsonRpc.sendMessageStream(request(CAPE_TOWN, { push }));
    const brokeOff = await follow(t, stream, {
      into: updates,
      async onUpdate() {
        if (itineraryOf(updates).length < CHUNKS_BEFORE_KILL) return;
        await webhooks.waitForAttempts(kyotoWebhooks + 1, WEBHOOK_DEADLINE_MS);
        outcome ??= await agent.stop('SIGKILL');
      },
    }).then(
      () => false,
      () => true,
    );
    capeTown = { id: taskOf(updates).id, said: CAPE_TOWN, arrived: itineraryOf(updates) };
    t.check('the process was ended by the signal', outcome, 'SIGKILL');
    t.check('the stream broke off', brokeOff, true);
    refused = { updates, attempts: webhooks.attempts.length };
    // One more, so that the new server is refused, too.
    webhooks.refuse(1);
    t.note(`${capeTown.arrived.length} of ${planFor(CAPE_TOWN).days.length} days had arrived.`);
  });

  await t.step('Start it again', async () => {
    const previous = agent.pid;
    await start();
    t.check('it is a new process', agent.pid === previous, false);
  });

  await t.step('Everything is still there', async () => {
    await readBack(t, clients, {
      first: { id: lisbon.id, said: [LISBON, LISBON_DAYS], question: LISBON_QUESTION },
      second: kyoto,
      third: capeTown,
    });
  });

  await t.step('The refused webhooks arrive, from the new server', async () => {
    // Of the last update that was streamed the server may not have come to keep the webhook.
    const streamed = refused.updates.slice(0, -1);
    await webhooks.waitFor(kyotoWebhooks + streamed.length, WEBHOOK_DEADLINE_MS);
    const ofKilled = webhooks.attempts.slice(kyotoWebhooks, refused.attempts);
    const ofNew = webhooks.attempts.slice(refused.attempts);
    for (const attempt of ofKilled) t.say('killed', inShort(attempt));
    for (const attempt of ofNew) t.say('new', inShort(attempt));
    const refusals = [...ofKilled, ...ofNew.slice(0, 1)];
    const [first] = refusals;
    t.check(
      'both servers were refused, the new one once',
      [ofKilled.length > 0, refusals.every(({ status }) => status === 503), ofNew[1]?.status],
      [true, true, 204],
    );
    t.check(
      'each attempt was of the first webhook, under the same id',
      [...refusals, ofNew[1]].every((attempt) => attempt?.webhook.id === first?.webhook.id),
      true,
    );
    t.check(
      'then all came in the order of the stream',
      webhooks.received
        .slice(kyotoWebhooks, kyotoWebhooks + streamed.length)
        .map(({ update }) => StreamResponse.toJSON(update)),
      streamed.map((update) => StreamResponse.toJSON(update)),
    );
  });

  await t.step('Cancel a task (streamed by JSON-RPC, canceled by HTTP+JSON)', async () => {
    t.say('you', REYKJAVIK);
    let answer: string | undefined;
    const stream = clients.jsonRpc.sendMessageStream(request(REYKJAVIK));
    const updates = await follow(t, stream, {
      async onUpdate(soFar) {
        if (answer !== undefined || itineraryOf(soFar).length < CHUNKS_BEFORE_CANCEL) return;
        const { id } = taskOf(soFar);
        const task = await clients.rest.cancelTask({ tenant: '', id, metadata: undefined });
        answer = stateName(task.status?.state);
      },
    });
    t.check('the call answers canceled', answer, 'canceled');
    t.check('the stream ends with canceled', updates.map(kindOf).at(-1), 'canceled');
    const stored = await clients.rest.getTask({ tenant: '', id: taskOf(updates).id });
    const sent = itineraryOf(updates);
    t.check('the stored task is canceled', stateName(stored.status?.state), 'canceled');
    t.check('it has the days that were streamed', artifactTexts(stored, 'itinerary'), sent);
    t.check('and not the others', sent.length < planFor(REYKJAVIK).days.length, true);
  });

  await t.step('Stop the server with SIGTERM', async () => {
    t.check('it exits with 0', await agent.stop('SIGTERM'), 0);
    const taken = webhooks.attempts.filter(({ status }) => status === 204);
    t.check('no webhook was taken twice', taken.length, webhooks.received.length);
  });
}

/** An attempt, for a line. */
function inShort({ webhook: { id, update }, status }: Attempt): string {
  return `${kindOf(update)}, ${id.slice(0, 12)}…: ${status}`;
}

/** Prints a stream's updates as they arrive, whole or each in a line, and collects them. */
async function follow(
  t: Transcript,
  stream: AsyncIterable<StreamResponse>,
  options: {
    readonly whole?: boolean;
    /** Where to collect, for a stream that may break off. */
    readonly into?: StreamResponse[];
    readonly onUpdate?: (updates: readonly StreamResponse[]) => Promise<void>;
  } = {},
): Promise<readonly StreamResponse[]> {
  const { whole = false, into: updates = [], onUpdate } = options;
  for await (const update of stream) {
    updates.push(update);
    const [label, text] = readable(update);
    t.say(label, whole ? text : (text.split('\n')[0] ?? ''));
    await onUpdate?.(updates);
  }
  return updates;
}
