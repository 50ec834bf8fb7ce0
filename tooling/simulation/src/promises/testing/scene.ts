import { Role, type StreamResponse, type Task, TaskState } from '@a2a-js/sdk';

import { Random } from '../../kernel/random.ts';
import { EPOCH, Simulation } from '../../kernel/simulation.ts';
import type { Call, Plan, Scenario } from '../../scenario/scenario.ts';
import {
  type AcceptedEvent,
  type CallRecord,
  type Execution,
  History,
  type Published,
  type SentCall,
  type AskedCancel,
  type Trouble,
  type WebhookRecord,
} from '../../world/history.ts';
import { tokenMessage, tokenPart, tokenStatus } from '../../world/tokens.ts';
import type { Outcome, StoredTask } from '../../world/world.ts';

export const TASK_ID = 't1';
const IDS = { taskId: TASK_ID, contextId: 'c1' };
const ARTIFACT = 'ae0';
/** When it was looked, on the simulation's clock. */
export const LOOKED_AT = 60_000;

/** What a test may change before it makes an outcome of it. */
export interface Scene {
  settings: Scenario['settings'];
  faults: Scenario['faults'];
  calls: CallRecord[];
  executions: Execution[];
  webhooks: WebhookRecord[];
  cancels: AskedCancel[];
  troubles: Trouble[];
  losses: History['losses'][number][];
  accepted: AcceptedEvent[];
  sent: SentCall[];
  stored: StoredTask[];
  /** What differs from an outcome in which nothing is left. */
  rest: { -readonly [Key in keyof Outcome]?: Outcome[Key] };
}

/**
 * A task that one client streams, with a webhook, and another one subscribes to: it publishes two
 * parts and completes, and all that is promised is kept.
 */
export function wholeScene(): Scene {
  const completed = TaskState.TASK_STATE_COMPLETED;
  return {
    settings: {
      manager: 'streams',
      replicas: 2,
      failoverMs: 2000,
      publishDeadlineMs: 3000,
      maxEventsPerTask: 10_000,
      maxMessageBytes: 16_384,
      isSharded: false,
      layout: 'single',
      network: 'quick',
    },
    faults: [],
    calls: [
      callOf(streamCall(0), [
        snapshot(task(TaskState.TASK_STATE_SUBMITTED, 'e0.1', []), 1110),
        status(TaskState.TASK_STATE_WORKING, 'e0.2', 1120),
        artifact('e0.3', 1210),
        artifact('e0.4', 1310),
        end(1400),
      ]),
      callOf(resubscribeCall(1), [
        snapshot(task(TaskState.TASK_STATE_WORKING, 'e0.2', ['e0.3']), 1250),
        artifact('e0.4', 1310),
        end(1400),
      ]),
    ],
    executions: [
      executionOf('e0', 0, 1100, [
        { at: 1100, token: 'e0.1', kind: 'task', state: TaskState.TASK_STATE_SUBMITTED },
        { at: 1100, token: 'e0.2', kind: 'status', state: TaskState.TASK_STATE_WORKING },
        { at: 1200, token: 'e0.3', kind: 'artifact', artifact: ARTIFACT },
        { at: 1300, token: 'e0.4', kind: 'artifact', artifact: ARTIFACT },
        { at: 1400, token: 'e0.5', kind: 'status', state: completed },
      ]),
    ],
    webhooks: [artifact('e0.3', 1220), artifact('e0.4', 1320), end(1400)].map((each) => told(each)),
    cancels: [],
    troubles: [],
    losses: [],
    accepted: [
      acceptedOf(1, { isTask: true }),
      acceptedOf(2),
      acceptedOf(3, { tokens: ['e0.3'] }),
      acceptedOf(4, { tokens: ['e0.4'] }),
      acceptedOf(5, { isEnd: true }),
    ],
    sent: [
      sentOf(1101, { tokens: ['e0.1', 'e0.2'] }),
      sentOf(1201, { tokens: ['e0.3'] }),
      sentOf(1245, { replica: 'B2', script: 'read-task', isWrite: false, answered: ['e0.3'] }),
      sentOf(1301, { tokens: ['e0.4'] }),
      sentOf(1401, { tokens: ['e0.5'] }),
    ],
    stored: [
      {
        taskId: TASK_ID,
        user: 'ann',
        task: task(completed, 'e0.5', ['e0.3', 'e0.4']),
        error: undefined,
      },
    ],
    rest: {},
  };
}

/** What a simulation would have come to. */
export function outcomeOf(scene: Scene): Outcome {
  const { settings, faults, calls, stored, rest } = scene;
  const history = new History(new Simulation(new Random('scene')), false);
  history.calls.push(...calls);
  history.executions.push(...scene.executions);
  history.webhooks.push(...scene.webhooks);
  history.cancels.push(...scene.cancels);
  history.troubles.push(...scene.troubles);
  history.losses.push(...scene.losses);
  history.accepted.push(...scene.accepted);
  history.sent.push(...scene.sent);
  return {
    scenario: { seed: 0, settings, calls: calls.map(({ call }) => call), faults },
    history,
    beganAt: 1000,
    disturbedUntil: 10_000,
    lookedAt: LOOKED_AT,
    tasks: stored,
    lists: new Map([['ann', stored.flatMap((each) => each.task ?? [])]]),
    keys: [],
    keysAfterClose: [],
    alive: [{ name: 'A1', timers: 2, connections: 2 }],
    enteredRuns: [],
    indexed: [],
    channels: [],
    channelsAfterClose: [],
    leftOpen: [],
    unclosed: [],
    events: 1,
    ...rest,
  };
}

/** An event of run `r-1` that the server accepted. */
export function acceptedOf(counter: number, rest: Partial<AcceptedEvent> = {}): AcceptedEvent {
  return {
    at: 1000 + counter,
    place: `q:{::${TASK_ID}}:log`,
    run: 'r-1',
    counter,
    tokens: [],
    isTask: false,
    isEnd: false,
    isFenced: false,
    losses: 0,
    ...rest,
  };
}

/** A call by the replica that executes the task, which writes something of it. */
export function sentOf(at: number, rest: Partial<SentCall> = {}): SentCall {
  return {
    at,
    replica: 'A1',
    script: 'save-task+append-events',
    taskId: TASK_ID,
    isWrite: true,
    bytes: 1000,
    tokens: [],
    answered: [],
    ...rest,
  };
}

/** A task with the parts that some events brought. */
export function task(
  state: TaskState,
  statusToken: string,
  parts: readonly string[],
  changedAt: number = 1400,
): Task {
  return {
    id: TASK_ID,
    contextId: IDS.contextId,
    status: tokenStatus(statusToken, state, IDS, new Date(EPOCH + changedAt).toISOString()),
    artifacts: [artifactOf(parts)],
    history: [tokenMessage('m0', Role.ROLE_USER, IDS)],
    metadata: {},
  };
}

/** Something that arrives at a moment. */
export interface Arrival {
  readonly at: number;
  readonly response: StreamResponse;
}

export function snapshot(value: Task, at: number): Arrival {
  return { at, response: { payload: { $case: 'task', value } } };
}

export function status(state: TaskState, token: string, at: number): Arrival {
  const value = { ...IDS, status: tokenStatus(token, state, IDS, ''), metadata: {} };
  return { at, response: { payload: { $case: 'statusUpdate', value } } };
}

export function artifact(token: string, at: number): Arrival {
  const rest = { append: true, lastChunk: false, metadata: {} };
  const value = { ...IDS, ...rest, artifact: artifactOf([token]) };
  return { at, response: { payload: { $case: 'artifactUpdate', value } } };
}

/** What a webhook was told. */
export function told({ at, response }: Arrival): WebhookRecord {
  return { at, response, replica: 'A1', configId: 'w0', taskId: TASK_ID };
}

/** A call that came to its end with its last response. */
export function callOf(call: Call, responses: Arrival[]): CallRecord {
  const endedAt = (responses.at(-1)?.at ?? call.at) + 1;
  const rest = { replica: 'A1', taskId: TASK_ID, answer: undefined, error: undefined };
  return { ...rest, call, startedAt: call.at, responses, endedAt, outcome: 'ended' };
}

/** A message, to a task of an earlier call where one is named. */
export function streamCall(id: number, earlier?: number, plan: Partial<Plan> = {}): Call {
  return {
    id,
    at: 1090,
    replica: 0,
    user: 'ann',
    kind: 'stream',
    task: earlier,
    plan: { steps: [], hasOwnId: false, onCancel: 'obey', ...plan },
    withWebhook: true,
  };
}

export function resubscribeCall(id: number): Call {
  return { id, at: 1240, replica: 0, user: 'ann', kind: 'resubscribe', task: 0 };
}

export function cancelCall(id: number): Call {
  return { id, at: 1340, replica: 0, user: 'ann', kind: 'cancel', task: 0 };
}

/** An execution that returned with its last event. */
export function executionOf(
  id: string,
  call: number,
  startedAt: number,
  published: Published[],
): Execution {
  const endedAt = published.at(-1)?.at ?? startedAt;
  const rest = { replica: 'A1', taskId: TASK_ID };
  return { ...rest, id, call, startedAt, published, endedAt, outcome: 'returned' };
}

/** Has the store hold something else of the task. */
export function store({ stored }: Scene, found: Scene['stored'][number]['task']): void {
  stored.splice(0, 1, { taskId: TASK_ID, user: 'ann', task: found, error: undefined });
}

/** Has a task that nobody was told of. */
export function untold(scene: Scene, found: Scene['stored'][number]['task']): void {
  store(scene, found);
  scene.calls = [];
  scene.webhooks = [];
}

/** The end that the execution published, as it arrives. */
export function end(at: number): Arrival {
  return status(TaskState.TASK_STATE_COMPLETED, 'e0.5', at);
}

/** Has the second client get a snapshot and some events. */
export function subscribe(
  { calls }: Scene,
  parts: readonly string[],
  events: readonly Arrival[],
  endedAt?: number,
): void {
  const first = snapshot(task(TaskState.TASK_STATE_WORKING, 'e0.2', parts), 1250);
  const record = callOf(resubscribeCall(1), [first, ...events]);
  calls.splice(1, 1, { ...record, endedAt: endedAt ?? record.endedAt });
}

/** Has Redis lose what it had of the task at a moment. */
export function lose({ losses }: Scene, at: number): void {
  losses.push({ at, fault: { at: 0, kind: 'flush' }, keys: new Set([`t:{::${TASK_ID}}`]) });
}

/** Has a replica report an error. */
export function report(
  { troubles }: Scene,
  kind: Scene['troubles'][number]['kind'],
  error: unknown,
  at: number = 2000,
): void {
  troubles.push({ at, replica: 'A1', kind, error });
}

function artifactOf(tokens: readonly string[]): Task['artifacts'][number] {
  const parts = tokens.map((token) => tokenPart(`${token} x`));
  const texts = { name: '', description: '', metadata: {} };
  return { ...texts, artifactId: ARTIFACT, extensions: [], parts };
}
