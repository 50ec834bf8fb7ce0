import { type Message, Role, type StreamResponse, type Task } from '@a2a-js/sdk';
import { type DefaultRequestHandler, ServerCallContext } from '@a2a-js/sdk/server';

import { Actor } from '../kernel/actor.ts';
import type { Simulation } from '../kernel/simulation.ts';
import { type Latency, Line } from '../network/line.ts';
import type { Call } from '../scenario/scenario.ts';
import { type CallRecord, type History, textOfError } from './history.ts';
import type { Replica } from './replica.ts';
import {
  describeResponse,
  stateName,
  taskIdOfResponse,
  tokenMessage,
  tokensOfTask,
} from './tokens.ts';

/** How long messages between clients and replicas take. */
const LATENCY: Latency = { leastMs: 0.2, mostMs: 3, slowMs: 40, slowShare: 0.05 };
/** For how long a client waits until it knows of a task that it means, in milliseconds. */
const PATIENCE_MS = 1500;
const RETRY_MS = 20;

/** Makes the calls of a scenario, as clients over HTTP do. */
export class Caller {
  readonly #simulation: Simulation;
  readonly #history: History;
  /** The process that has a replica's place at present, if there is one. */
  readonly #replicaAt: (place: number) => Replica | undefined;
  readonly #records = new Map<number, CallRecord>();
  /** The calls that each process serves. */
  readonly #served = new Map<Actor, Set<() => void>>();

  constructor(
    simulation: Simulation,
    history: History,
    replicaAt: (place: number) => Replica | undefined,
  ) {
    this.#simulation = simulation;
    this.#history = history;
    this.#replicaAt = replicaAt;
  }

  /** Plans the calls. */
  plan(calls: readonly Call[]): void {
    for (const call of calls) {
      const client = new Actor(`client ${call.id}`, this.#simulation);
      this.#simulation.plan(client, call.at, () => {
        this.#begin(client, call, this.#simulation.now + PATIENCE_MS);
      });
    }
  }

  /** The calls that a process serves break with it. */
  breakCalls(actor: Actor): void {
    for (const onBroken of this.#served.get(actor) ?? []) onBroken();
    this.#served.delete(actor);
  }

  /** Waits for the task that the call means, where nobody knows its id yet. */
  #begin(client: Actor, call: Call, giveUpAt: number): void {
    const meant = 'task' in call && call.task !== undefined ? call.task : undefined;
    const taskId = meant === undefined ? undefined : this.#records.get(meant)?.taskId;
    if (meant !== undefined && taskId === undefined && this.#simulation.now < giveUpAt) {
      client.setTimer(() => {
        this.#begin(client, call, giveUpAt);
      }, RETRY_MS);
      return;
    }
    const record: CallRecord = {
      call,
      startedAt: this.#simulation.now,
      replica: undefined,
      taskId,
      responses: [],
      answer: undefined,
      endedAt: undefined,
      outcome: 'open',
      error: undefined,
    };
    this.#records.set(call.id, record);
    this.#history.calls.push(record);
    if (meant !== undefined && taskId === undefined) {
      this.#end(record, 'skipped');
      return;
    }
    const replica = this.#replicaAt(call.replica);
    if (replica === undefined || replica.isClosing) {
      this.#end(record, 'broken');
      return;
    }
    record.replica = replica.actor.name;
    this.#history.note(client.name, `${describeCall(call, taskId)} on ${replica.actor.name}`);
    this.#serve(client, record, replica);
  }

  #serve(client: Actor, record: CallRecord, replica: Replica): void {
    const { call } = record;
    const random = this.#simulation.random.stream(client.name);
    const toReplica = new Line(this.#simulation, replica.actor, random.stream('to'), LATENCY);
    const toClient = new Line(this.#simulation, client, random.stream('from'), LATENCY);
    let hasLeft = false;
    let stream: AsyncIterator<StreamResponse, void> | undefined;
    const onBroken = (): void => {
      toReplica.close(0);
      toClient.close(toClient.inTransit);
      this.#simulation.plan(client, random.between(1, 50), () => {
        this.#end(record, 'broken');
      });
    };
    const served = this.#served.get(replica.actor) ?? new Set();
    this.#served.set(replica.actor, served.add(onBroken));
    const over = (act: () => void): void => {
      served.delete(onBroken);
      toClient.send(act);
    };
    toReplica.send(() => {
      void (async (): Promise<void> => {
        try {
          const result = callHandler(replica.handler, call, record.taskId);
          if ('answer' in result) {
            const answer = await result.answer;
            over(() => {
              this.#answered(client, record, answer);
            });
            return;
          }
          const iterator = result.stream[Symbol.asyncIterator]();
          stream = iterator;
          for (;;) {
            const next = await iterator.next();
            if (next.done === true) break;
            const response = structuredClone(next.value);
            if (!hasLeft) {
              toClient.send(() => {
                this.#received(client, record, response);
              });
            }
          }
          over(() => {
            this.#end(record, 'ended');
          });
        } catch (error) {
          over(() => {
            record.error ??= error;
            this.#end(record, 'failed');
          });
        }
      })();
    });
    if (!('leavesAfterMs' in call) || call.leavesAfterMs === undefined) return;
    const isNoticed = random.chance(0.15);
    this.#simulation.plan(client, call.leavesAfterMs, () => {
      if (record.outcome !== 'open') return;
      hasLeft = true;
      toClient.close(0);
      this.#end(record, 'left');
      // Some servers end what they stream to a client that is gone, others go on.
      if (isNoticed) toReplica.send(() => void stream?.return?.());
    });
  }

  #received(client: Actor, record: CallRecord, response: StreamResponse): void {
    if (record.outcome !== 'open') return;
    record.taskId ??= taskIdOfResponse(response);
    record.responses.push({ at: this.#simulation.now, response });
    this.#history.note(client.name, `gets ${describeResponse(response)}`);
  }

  #answered(client: Actor, record: CallRecord, answer: Answer): void {
    if (record.outcome !== 'open') return;
    record.answer = structuredClone(answer);
    if (!Array.isArray(answer)) {
      record.taskId ??= 'messageId' in answer ? answer.taskId : answer.id;
    }
    this.#history.note(client.name, `is answered ${describeAnswer(answer)}`);
    this.#end(record, 'ended');
  }

  #end(record: CallRecord, outcome: Exclude<CallRecord['outcome'], 'open'>): void {
    if (record.outcome !== 'open') return;
    record.outcome = outcome;
    record.endedAt = this.#simulation.now;
    const why = outcome === 'failed' ? `: ${textOfError(record.error)}` : '';
    this.#history.note(`client ${record.call.id}`, `${outcome}${why}`);
  }
}

type Answer = Task | Message | Task[];
type Result =
  | { readonly answer: Promise<Answer> }
  | { readonly stream: AsyncGenerator<StreamResponse, void, undefined> };

function callHandler(handler: DefaultRequestHandler, call: Call, taskId: string = ''): Result {
  const context = contextOf(call.user);
  const tenant = '';
  switch (call.kind) {
    case 'send':
    case 'send-now':
      return { answer: handler.sendMessage(requestOf(call, taskId), context) };
    case 'stream':
      return { stream: handler.sendMessageStream(requestOf(call, taskId), context) };
    case 'resubscribe':
      return { stream: handler.resubscribe({ tenant, id: taskId }, context) };
    case 'cancel':
      return { answer: handler.cancelTask({ tenant, id: taskId, metadata: {} }, context) };
    case 'get':
      return { answer: handler.getTask({ tenant, id: taskId }, context) };
    case 'list':
      return { answer: listAll(handler, context) };
    default:
      return call satisfies never;
  }
}

async function listAll(
  handler: DefaultRequestHandler,
  context: ServerCallContext,
): Promise<Task[]> {
  const request = {
    tenant: '',
    contextId: '',
    status: undefined,
    pageToken: '',
    pageSize: 50,
    statusTimestampAfter: undefined,
    includeArtifacts: true,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a request as JSON-RPC brings it, with fields left out
  const { tasks } = await handler.listTasks(request as never, context);
  return tasks;
}

export function contextOf(user: string): ServerCallContext {
  return new ServerCallContext({ user: { isAuthenticated: true, userName: user } });
}

function requestOf(
  call: Extract<Call, { readonly plan: unknown }>,
  taskId: string,
): Parameters<DefaultRequestHandler['sendMessage']>[0] {
  const ids = { taskId, contextId: '' };
  return {
    tenant: '',
    message: tokenMessage(`m${call.id}`, Role.ROLE_USER, ids, String(call.id)),
    metadata: {},
    configuration: {
      acceptedOutputModes: [],
      returnImmediately: call.kind === 'send-now',
      taskPushNotificationConfig: call.withWebhook
        ? {
            tenant: '',
            id: `w${call.id}`,
            taskId,
            url: 'https://client.example/hook',
            token: '',
            authentication: undefined,
          }
        : undefined,
    },
  };
}

function describeCall(call: Call, taskId: string | undefined): string {
  const task = taskId === undefined ? '' : ` task ${taskId.slice(0, 8)}`;
  const plan = 'plan' in call ? ` (${call.plan.steps.map((step) => step.do).join(' ')})` : '';
  return `calls ${call.kind}${task}${plan}`;
}

function describeAnswer(answer: Answer): string {
  if (Array.isArray(answer)) return `${answer.length} tasks`;
  if ('messageId' in answer) return `message ${answer.messageId}`;
  return `task ${answer.id.slice(0, 8)} ${stateName(answer.status?.state)} [${tokensOfTask(answer).join(' ')}]`;
}
