/**
 * What this process does of a task on one bus:
 *
 * - `idle`: nothing.
 * - `held`: a request is about to execute it.
 * - `executing`: so many executions are under way; one more may be about to begin.
 * - `over`: nothing any more. The execution has come to its end, or others have ended it.
 *
 * ```text
 *            hold            begin                  settle (the last)
 *   idle ──────────▶ held ──────────▶ executing ──────────────────────▶ idle, or held where one is to come
 *    ▲                │                   │ ▲
 *    └── letGo ───────┘             begin └─┘           any phase ── end ──▶ over
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
  return heldSince === undefined ? IDLE : { phase: 'held', since: heldSince };
}

/** Whether events of this process may be to come. */
export function isActive({ phase }: Activity): boolean {
  return phase === 'held' || phase === 'executing';
}
