import { describe, expect, it } from 'vitest';

import {
  type Activity,
  begun,
  continued,
  held,
  IDLE,
  isActive,
  isWorking,
  letGo,
  OVER,
  rested,
  settled,
} from './activity.ts';

const HELD: Activity = { phase: 'held', since: 1 };

function executing(executions: number, heldSince?: number): Activity {
  return { phase: 'executing', executions, heldSince };
}

function continuing(heldSince?: number): Activity {
  return { phase: 'continuing', heldSince };
}

const TRANSITIONS = {
  held: (activity: Activity) => held(activity, 5),
  letGo,
  begun,
  settled,
  continued,
  rested,
};

describe('Activity', () => {
  it.each<[keyof typeof TRANSITIONS, Activity, Activity]>([
    ['held', IDLE, { phase: 'held', since: 5 }],
    ['held', HELD, { phase: 'held', since: 5 }],
    ['held', executing(1), executing(1, 5)],
    ['held', OVER, OVER],
    ['letGo', IDLE, IDLE],
    ['letGo', HELD, IDLE],
    ['letGo', executing(2, 1), executing(2)],
    ['letGo', OVER, OVER],
    ['begun', IDLE, executing(1)],
    ['begun', HELD, executing(1)],
    ['begun', executing(1, 1), executing(2)],
    ['begun', OVER, OVER],
    ['settled', IDLE, IDLE],
    ['settled', HELD, HELD],
    ['settled', executing(2, 1), executing(1, 1)],
    ['settled', executing(1), IDLE],
    ['settled', executing(1, 1), HELD],
    ['settled', OVER, OVER],
    ['held', continuing(), continuing(5)],
    ['letGo', continuing(1), continuing()],
    ['begun', continuing(1), executing(1)],
    ['settled', continuing(1), continuing(1)],
    ['continued', IDLE, continuing()],
    ['continued', HELD, continuing(1)],
    ['continued', executing(1), executing(1)],
    ['continued', continuing(1), continuing(1)],
    ['continued', OVER, OVER],
    ['rested', continuing(), IDLE],
    ['rested', continuing(1), HELD],
    ['rested', IDLE, IDLE],
    ['rested', executing(1, 1), executing(1, 1)],
    ['rested', OVER, OVER],
  ])('%s, from %j', (transition, before, after) => {
    expect(TRANSITIONS[transition](before)).toEqual(after);
  });

  it('is active while a request executes the task, or is about to', () => {
    const all = [IDLE, HELD, executing(1), continuing(), OVER];
    expect(all.map(isActive)).toEqual([false, true, true, true, false]);
    expect(all.map(isWorking)).toEqual([false, false, true, true, false]);
  });
});
