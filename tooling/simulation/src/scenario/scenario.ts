/** Everything that happens in a simulation, but for its latencies: plain data, which can be cut down. */
export interface Scenario {
  readonly seed: number;
  readonly settings: Settings;
  readonly calls: readonly Call[];
  readonly faults: readonly Fault[];
}

/** How the replicas are set up. */
export interface Settings {
  readonly manager: 'streams' | 'pubsub';
  readonly replicas: number;
  readonly failoverMs: number;
  readonly publishDeadlineMs: number;
  /** How many events a task's log keeps. */
  readonly maxEventsPerTask: number;
  /** The longest announcement that carries events, in bytes. */
  readonly maxMessageBytes: number;
  /** Whether messages go to shards. */
  readonly isSharded: boolean;
  readonly layout: Layout;
  readonly network: 'quick' | 'uneven' | 'slow';
}

/** What an executor does, one after the other. */
export type Step =
  | { readonly do: 'task' }
  | { readonly do: 'work' }
  | { readonly do: 'chunk'; readonly artifact: string; readonly size: number }
  | { readonly do: 'hostile'; readonly text: string }
  | { readonly do: 'pause'; readonly ms: number }
  /** Asks the user and returns. */
  | { readonly do: 'ask' }
  /** Asks for authorisation, and goes on after it returned. */
  | { readonly do: 'authorise' }
  | { readonly do: 'complete' }
  | { readonly do: 'fail' }
  | { readonly do: 'throw' }
  | { readonly do: 'message' };

/** What an agent makes of one message. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Whether it publishes under a task id of its own. */
  readonly hasOwnId: boolean;
  readonly onCancel: 'obey' | 'ignore' | 'refuse';
}

/** What a client does: calls name the task of an earlier call by that call's number. */
export type Call = {
  readonly id: number;
  readonly at: number;
  readonly replica: number;
  readonly user: string;
} & (
  | {
      readonly kind: 'send' | 'stream' | 'send-now';
      /** The call whose task this message goes to; a new one where absent. */
      readonly task?: number | undefined;
      readonly plan: Plan;
      readonly withWebhook: boolean;
      /** When the client goes away, after the call began, in milliseconds. */
      readonly leavesAfterMs?: number | undefined;
    }
  | {
      readonly kind: 'resubscribe';
      readonly task: number;
      readonly leavesAfterMs?: number | undefined;
    }
  | { readonly kind: 'cancel' | 'get'; readonly task: number }
  | { readonly kind: 'list' }
);

export type Fault = { readonly at: number } & (
  | {
      readonly kind: 'cut' | 'cut-one';
      readonly replica: number;
      readonly losesRequests: boolean;
      readonly noticedAfterMs: number;
    }
  | {
      readonly kind: 'cut-off';
      readonly replica: number;
      readonly forMs: number;
      readonly noticedAfterMs: number;
    }
  | {
      readonly kind: 'stall';
      readonly replica: number;
      readonly direction: 'both' | 'requests' | 'replies';
      readonly forMs: number;
    }
  | { readonly kind: 'pause'; readonly replica: number; readonly forMs: number }
  | {
      readonly kind: 'kill';
      readonly replica: number;
      readonly restartsAfterMs: number | undefined;
    }
  | { readonly kind: 'close' | 'drain'; readonly replica: number }
  | { readonly kind: 'out-of-memory'; readonly forMs: number }
  | { readonly kind: 'failover'; readonly lagMs: number; readonly forMs: number }
  | { readonly kind: 'restart'; readonly keepsData: boolean; readonly forMs: number }
  | { readonly kind: 'evict'; readonly which: Evicted }
  | { readonly kind: 'flush' }
  | { readonly kind: 'forget-scripts' }
  | { readonly kind: 'server-clock'; readonly byMs: number }
  | {
      readonly kind: 'replica-clock';
      readonly replica: number;
      readonly rate: number;
      readonly aheadMs: number;
    }
);

export type Evicted = 'lease' | 'state' | 'log' | 'record' | 'runs';

/** The kinds of fault that a run can be asked for. */
export const PROFILES = [
  'calm',
  'cut',
  'cut-off',
  'stall',
  'pause',
  'kill',
  'close',
  'memory',
  'failover',
  'restart',
  'evict',
  'flush',
  'scripts',
  'clock',
] as const;
export type Profile = (typeof PROFILES)[number];

/** What clients and agents do: a little of everything, or long streams that several clients follow. */
export const LOADS = ['mixed', 'dense'] as const;
export type Load = (typeof LOADS)[number];

/**
 * What clients a replica has: one of one server; one of a cluster, whose keys are in slots; or one for its
 * queue manager and one for its store, which then takes no events from their publisher.
 */
export const LAYOUTS = ['single', 'cluster', 'apart'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** The moment after which nobody does anything new, in milliseconds. */
export function lastMomentOf({ calls, faults }: Scenario): number {
  const callEnds = calls.map((call) => call.at + ('plan' in call ? durationOf(call.plan) : 0));
  const faultEnds = faults.map((fault) => fault.at + lastingMs(fault));
  return Math.max(0, ...callEnds, ...faultEnds);
}

/** How long an execution pauses, in milliseconds. */
export function durationOf({ steps }: Plan): number {
  return steps.reduce((sum, step) => sum + (step.do === 'pause' ? step.ms : 0), 0);
}

/** How long a fault lasts, in milliseconds; one that kills, until its process is there again. */
export function lastingMs(fault: Fault): number {
  if ('forMs' in fault) return fault.forMs + ('noticedAfterMs' in fault ? fault.noticedAfterMs : 0);
  if (fault.kind === 'kill') return fault.restartsAfterMs ?? 0;
  return 'noticedAfterMs' in fault ? fault.noticedAfterMs : 0;
}
