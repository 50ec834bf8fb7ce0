/** What the benchmark asks the process of listeners to do. */
export type Command =
  /** Listen to these tasks with a manager, or to a channel of each with plain SUBSCRIBE. */
  | {
      readonly do: 'listen';
      readonly queue: string | undefined;
      readonly prefix: string;
      readonly taskIds: readonly string[];
    }
  /** Forget what was heard so far. */
  | { readonly do: 'begin' }
  /** Tell what was heard, once so many events of every task have come. */
  | { readonly do: 'report'; readonly perTask: number }
  /** Stop listening. */
  | { readonly do: 'leave' };

/** What the process of listeners heard. */
export interface Report {
  /** How old each event was when it was heard, in microseconds, in the order of arrival. */
  readonly ages: readonly number[];
  /** The fewest events that any task brought. */
  readonly fewest: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** What the process of listeners answers. */
export type Answer =
  | { readonly did: 'listen' | 'begin' | 'leave' }
  | { readonly did: 'report'; readonly report: Report };
