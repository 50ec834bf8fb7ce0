import { type Part, type StreamResponse, TaskState } from '@a2a-js/sdk';

/**
 * Reads a stream as it comes, each response as a word or two: `task working 3` with the number of
 * its parts, `chunk 7` with its text, `completed`, `message hello`.
 */
export class Listener {
  readonly seen: string[] = [];
  /** All that was seen, once the stream has ended; rejects with what ended it otherwise. */
  readonly ended: Promise<readonly string[]>;
  #taskId = '';
  #isOver = false;
  readonly #responses: AsyncGenerator<StreamResponse, void>;
  readonly #waiting = new Set<() => void>();

  constructor(responses: AsyncGenerator<StreamResponse, void>) {
    this.#responses = responses;
    this.ended = this.#read(responses);
    this.ended.catch(() => undefined);
  }

  /** Of the first response that names one. */
  get taskId(): string {
    return this.#taskId;
  }

  /**
   * Waits until this many responses were seen.
   *
   * @throws {Error} When the stream ends before.
   */
  async until(count: number): Promise<readonly string[]> {
    while (this.seen.length < count) {
      if (this.#isOver) {
        const seen = this.seen.join(', ');
        throw new Error(`The stream ended after ${seen || 'nothing'}, not ${count} responses`);
      }
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
    return this.seen;
  }

  /** Stops listening, as a client does that is gone. */
  leave(): void {
    this.#isOver = true;
    // A generator that waits for a response ends with the one after.
    void this.#responses.return();
  }

  async #read(responses: AsyncGenerator<StreamResponse, void>): Promise<readonly string[]> {
    try {
      for await (const response of responses) {
        if (this.#taskId === '') this.#taskId = taskIdOf(response);
        this.seen.push(describeResponse(response));
        this.#wake();
      }
      return this.seen;
    } finally {
      this.#isOver = true;
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** A response in a word or two; see {@link Listener}. */
export function describeResponse({ payload }: StreamResponse): string {
  switch (payload?.$case) {
    case 'task': {
      const parts = payload.value.artifacts.flatMap((artifact) => artifact.parts);
      return `task ${stateName(payload.value.status?.state)} ${parts.length}`;
    }
    case 'artifactUpdate':
      return `chunk ${textsOf(payload.value.artifact?.parts).join(',')}`;
    case 'statusUpdate':
      return stateName(payload.value.status?.state);
    case 'message':
      return `message ${textsOf(payload.value.parts).join(',')}`;
    case undefined:
    default:
      return 'nothing';
  }
}

/** `working` for `TASK_STATE_WORKING`. */
export function stateName(state: TaskState | undefined): string {
  const name = TaskState[state ?? TaskState.TASK_STATE_UNSPECIFIED];
  return name.replace('TASK_STATE_', '').replaceAll('_', '-').toLowerCase();
}

/** The texts of parts; `?` for a part that is none. */
export function textsOf(parts: readonly Part[] | undefined): readonly string[] {
  return (parts ?? []).map(({ content }) => (content?.$case === 'text' ? content.value : '?'));
}

/** The task of a response; empty where it names none. */
export function taskIdOf({ payload }: StreamResponse): string {
  return payload?.$case === 'task' ? payload.value.id : (payload?.value.taskId ?? '');
}
