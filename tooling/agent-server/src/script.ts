import { TaskState } from '@a2a-js/sdk';

/** What an execution does next. */
export type Step =
  /** Publishes the task. */
  | { readonly kind: 'task' }
  /** Publishes so many parts of one artifact, whose texts are the label and a number. */
  | {
      readonly kind: 'chunks';
      readonly count: number;
      readonly everyMs: number;
      readonly label: string;
    }
  /** Publishes a status. */
  | { readonly kind: 'status'; readonly state: TaskState }
  /** Publishes a message: the whole answer. */
  | { readonly kind: 'message'; readonly text: string }
  /** Waits until a test opens the gate of this name. */
  | { readonly kind: 'wait'; readonly gate: string }
  /** Fails. */
  | { readonly kind: 'throw'; readonly text: string }
  /** From here on, a request to cancel changes nothing. */
  | { readonly kind: 'ignore-cancel' };

const STATES: ReadonlyMap<string, TaskState> = new Map([
  ['working', TaskState.TASK_STATE_WORKING],
  ['input-required', TaskState.TASK_STATE_INPUT_REQUIRED],
  ['auth-required', TaskState.TASK_STATE_AUTH_REQUIRED],
  ['completed', TaskState.TASK_STATE_COMPLETED],
  ['failed', TaskState.TASK_STATE_FAILED],
  ['canceled', TaskState.TASK_STATE_CANCELED],
  ['rejected', TaskState.TASK_STATE_REJECTED],
]);

/**
 * Reads the text of a message: steps between semicolons, such as
 * `task; chunks 20 1; wait go; completed`.
 *
 * - `task`, `message <text>`, `throw <text>`, `wait <gate>`, `ignore-cancel`;
 * - `chunks <count> [<every ms> [<label>]]`; 0 ms publishes them in one turn of the event loop;
 * - a state: `working`, `input-required`, `auth-required`, `completed`, `failed`, `canceled`,
 *   `rejected`.
 *
 * @throws {TypeError} For anything else.
 */
export function parseScript(text: string): readonly Step[] {
  return text.split(';').map((step) => parseStep(step.trim()));
}

function parseStep(text: string): Step {
  const [kind = '', ...words] = text.split(' ');
  const rest = words.join(' ');
  const state = STATES.get(kind);
  if (state !== undefined) return { kind: 'status', state };
  switch (kind) {
    case 'task':
    case 'ignore-cancel':
      return { kind };
    case 'message':
    case 'throw':
      return { kind, text: rest };
    case 'wait':
      return { kind, gate: rest };
    case 'chunks': {
      const [count = '', everyMs = '0', label = ''] = words;
      if (/^\d+$/.test(count) && /^\d+$/.test(everyMs)) {
        return { kind, count: Number(count), everyMs: Number(everyMs), label };
      }
      break;
    }
    default:
  }
  throw new TypeError(`No step of a script: ${JSON.stringify(text)}`);
}
