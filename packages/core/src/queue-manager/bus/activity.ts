/** How long a request may take until it executes the task, in milliseconds. */
const LONGEST_HOLD_MS = 30_000;

/**
 * What this process does of a task on one bus:
 *
 * - `idle`: nothing.
 * - `held`: a request is about to execute it.
 * - `executing`: so many executions are under way; one more may be about to begin.
 * - `continuing`: none is, as its executor has returned where the task waits for somebody, but publishes again; one
 *   may be about to begin.
 * - `over`: nothing any more. The execution has come to its end, or others have ended it.
 *
 * ```text
 *            hold            begin                  settle (the last)
 *   idle ──────────▶ held ──────────▶ executing ──────────────────────▶ idle, or held where one is to come
 *    ▲                │                   │ ▲
 *    └── letGo ───────┘             begin └─┘           any phase ── end ──▶ over
 *
 *                  continue                      rest
 *   idle, or held ──────────▶ continuing ─────────────────▶ idle, or held where one is to come
 *                                 └── begin ──▶ executing
 * ```
 */
export type Activity =
  | { readonly phase: 'idle' }
  | { readonly phase: 'held'; readonly since: number }
  | {
      readonly phase: 'executing';
      readonly executions: number;
      /** Since when one more is about to begin; `undefined` where none is. */
      readonly heldSince: number | undefined;
    }
  | { readonly phase: 'continuing'; readonly heldSince: number | undefined }
  | { readonly phase: 'over' };

export const IDLE: Activity = { phase: 'idle' };
export const OVER: Activity = { phase: 'over' };

/** A request is about to execute the task. */
export function held(activity: Activity, now: number): Activity {
  switch (activity.phase) {
    case 'idle':
    case 'held':
      return { phase: 'held', since: now };
    case 'executing':
    case 'continuing':
      return { ...activity, heldSince: now };
    case 'over':
    default:
      return activity;
  }
}

/** No request is about to execute the task any more. */
export function letGo(activity: Activity): Activity {
  switch (activity.phase) {
    case 'held':
      return IDLE;
    case 'executing':
    case 'continuing':
      return { ...activity, heldSince: undefined };
    case 'idle':
    case 'over':
    default:
      return activity;
  }
}

/** One more execution begins: the one that was about to. */
export function begun(activity: Activity): Activity {
  if (activity.phase === 'over') return activity;
  const before = activity.phase === 'executing' ? activity.executions : 0;
  return { phase: 'executing', executions: before + 1, heldSince: undefined };
}

/** An execution has returned. */
export function settled(activity: Activity): Activity {
  if (activity.phase !== 'executing') return activity;
  const { executions, heldSince } = activity;
  if (executions > 1) return { ...activity, executions: executions - 1 };
  return heldOrIdle(heldSince);
}

/** An executor publishes again that has returned. */
export function continued(activity: Activity): Activity {
  switch (activity.phase) {
    case 'idle':
      return { phase: 'continuing', heldSince: undefined };
    case 'held':
      return { phase: 'continuing', heldSince: activity.since };
    case 'executing':
    case 'continuing':
    case 'over':
    default:
      return activity;
  }
}

/** What an executor published that has returned leaves the task waiting for somebody again. */
export function rested(activity: Activity): Activity {
  return activity.phase === 'continuing' ? heldOrIdle(activity.heldSince) : activity;
}

/** Whether a request is waited for that should have executed the task long ago. */
export function isOverdue(activity: Activity, now: number): boolean {
  return activity.phase === 'held' && now - activity.since >= LONGEST_HOLD_MS;
}

/** Whether this process executes the task, or an executor of it works on. */
export function isWorking({ phase }: Activity): boolean {
  return phase === 'executing' || phase === 'continuing';
}

/** Whether events of this process may be to come. */
export function isActive(activity: Activity): boolean {
  return activity.phase === 'held' || isWorking(activity);
}

function heldOrIdle(heldSince: number | undefined): Activity {
  return heldSince === undefined ? IDLE : { phase: 'held', since: heldSince };
}
