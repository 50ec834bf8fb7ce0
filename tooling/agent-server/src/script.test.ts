import { TaskState } from '@a2a-js/sdk';
import { describe, expect, it } from 'vitest';

import { parseScript } from './script.ts';

describe('parseScript', () => {
  it('reads steps in their order', () => {
    const text = 'task; chunks 20 1 a; chunks 3;wait go; message hi there; completed';
    expect(parseScript(text)).toEqual([
      { kind: 'task' },
      { kind: 'chunks', count: 20, everyMs: 1, label: 'a' },
      { kind: 'chunks', count: 3, everyMs: 0, label: '' },
      { kind: 'wait', gate: 'go' },
      { kind: 'message', text: 'hi there' },
      { kind: 'status', state: TaskState.TASK_STATE_COMPLETED },
    ]);
  });

  it.each(['', 'dance', 'chunks', 'chunks x', 'chunks 1 -1', 'task;'])('refuses %j', (text) => {
    expect(() => parseScript(text)).toThrow(TypeError);
  });
});
