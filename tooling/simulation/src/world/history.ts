import type { Message, StreamResponse, Task, TaskState } from '@a2a-js/sdk';

import type { Simulation } from '../kernel/simulation.ts';
import type { Call, Fault } from '../scenario/scenario.ts';

/** An event that an executor published. */
export interface Published {
  readonly at: number;
  /** What it brings, in a word that no other event has: `e2.3` is the third event of execution 2. */
  readonly token: string;
  readonly kind: 'task' | 'status' | 'artifact' | 'message';
  readonly state?: TaskState;
  readonly artifact?: string;
}

/** One run of an agent's executor. */
export interface Execution {
  readonly id: string;
  readonly replica: string;
  readonly taskId: string;
  /** The call whose message it answers. */
  readonly call: number;
  readonly startedAt: number;
  readonly published: Published[];
  endedAt: number | undefined;
  outcome: 'running' | 'returned' | 'threw';
}

/** How a call of a client went on. */
export interface CallRecord {
  readonly call: Call;
  readonly startedAt: number;
  /** The replica's process that served it; absent where none could be reached. */
  replica: string | undefined;
  taskId: string | undefined;
  /** Responses as the client got them, in their order. */
  readonly responses: { readonly at: number; readonly response: StreamResponse }[];
  /** What a call answered that is no stream. */
  answer: Task | Message | readonly Task[] | undefined;
  endedAt: number | undefined;
  outcome:
    | 'open'
    /** Ended in good order. */
    | 'ended'
    /** The call failed. */
    | 'failed'
    /** The client went away. */
    | 'left'
    /** The replica was gone, or could not be reached. */
    | 'broken'
    /** There was no task that it could have been for. */
    | 'skipped';
  error: unknown;
}

/** A cancel, as an executor got it. */
export interface AskedCancel {
  readonly at: number;
  readonly taskId: string;
  readonly execution: string;
  /** What the executor makes of it. */
  readonly reaction: 'obey' | 'ignore' | 'refuse';
}

/** What a webhook was told. */
export interface WebhookRecord {
  readonly at: number;
  readonly replica: string;
  readonly configId: string;
  readonly taskId: string;
  readonly response: StreamResponse;
}

/** An event as the server accepted it from a replica. */
export interface AcceptedEvent {
  readonly at: number;
  /** Where it was put: the key of a log, or a channel. */
  readonly place: string;
  readonly run: string;
  /** Counts the events of the run. */
  readonly counter: number;
  /** What it brings, as {@link Published} names it: of artifacts only. */
  readonly tokens: readonly string[];
  /** Whether it brings the whole task. */
  readonly isTask: boolean;
  /** Whether it ends its task. */
  readonly isEnd: boolean;
  /** Whether the run had been ended by another replica. */
  readonly isFenced: boolean;
  /** How often the server had lost data by then. */
  readonly losses: number;
}

/** A call about a task that a replica sent to the server. */
export interface SentCall {
  readonly at: number;
  readonly replica: string;
  /** The script that it runs, or its command. */
  readonly script: string;
  readonly taskId: string;
  /** Whether it changed anything. */
  readonly isWrite: boolean;
  /** How long its arguments are. */
  readonly bytes: number;
  /** What it brings, as {@link Published} names it, each once. */
  readonly tokens: readonly string[];
  /** What its reply brings. */
  readonly answered: readonly string[];
}

/** Data that the server lost. */
export interface Loss {
  readonly at: number;
  readonly fault: Fault;
  /** The keys that it lost, or lost writes of. */
  readonly keys: ReadonlySet<string>;
}

/** Something that was reported, or that nobody handled. */
export interface Trouble {
  readonly at: number;
  readonly replica: string;
  readonly kind: 'reported' | 'unhandled' | 'logged';
  readonly error: unknown;
}

/** A line of a trace. */
interface TraceLine {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

/** What happened in a simulation, as everybody saw it. */
export class History {
  readonly executions: Execution[] = [];
  readonly calls: CallRecord[] = [];
  readonly cancels: AskedCancel[] = [];
  readonly webhooks: WebhookRecord[] = [];
  readonly troubles: Trouble[] = [];
  readonly accepted: AcceptedEvent[] = [];
  readonly sent: SentCall[] = [];
  /** What befell the data of the server, which no replica can be asked to make up for. */
  readonly losses: Loss[] = [];
  readonly #simulation: Simulation;
  readonly #trace: TraceLine[] | undefined;

  /** @param isTraced Whether a trace is kept, for a reader. */
  constructor(simulation: Simulation, isTraced: boolean) {
    this.#simulation = simulation;
    this.#trace = isTraced ? [] : undefined;
  }

  /** Milliseconds since the start of the simulation. */
  get now(): number {
    return this.#simulation.now;
  }

  note(who: string, what: string): void {
    this.#trace?.push({ at: this.#simulation.now, who, what });
  }

  trouble(kind: Trouble['kind'], error: unknown): void {
    const { now, current } = this.#simulation;
    this.troubles.push({ at: now, replica: current.name, kind, error });
    this.note(current.name, `${kind}: ${textOfError(error)}`);
  }

  /** The trace, a line an entry. */
  trace(): readonly string[] {
    return (this.#trace ?? []).map(
      ({ at, who, what }) => `${at.toFixed(1).padStart(9)} ${who.padEnd(10)} ${what}`,
    );
  }
}

/** An error in one line, with what caused it. */
export function textOfError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? ` [${String(error.code)}]` : '';
  const cause = error.cause === undefined ? '' : ` <- ${textOfError(error.cause)}`;
  const detail = 'detail' in error ? ` (${String(error.detail)})` : '';
  return `${error.name}${code}: ${error.message.split('\n')[0] ?? ''}${detail}${cause}`;
}
