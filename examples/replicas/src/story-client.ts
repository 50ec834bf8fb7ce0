import { randomUUID } from 'node:crypto';

import { Role, type StreamResponse, type Task, TaskState } from '@a2a-js/sdk';
import { type Client, ClientFactory, JsonRpcTransportFactory } from '@a2a-js/sdk/client';

/** The header in which the load balancer names the replica that served. */
const SERVED_BY = 'x-replica';

/** A client of the agent that notes which replica served each of its calls. */
export class StoryClient {
  readonly #client: Client;
  readonly #served: string[];

  private constructor(client: Client, served: string[]) {
    this.#client = client;
    this.#served = served;
  }

  static async connect(url: string): Promise<StoryClient> {
    const served: string[] = [];
    const fetchImpl: typeof fetch = async (...args) => {
      const response = await fetch(...args);
      served.push(response.headers.get(SERVED_BY) ?? 'nobody');
      return response;
    };
    const factory = new ClientFactory({ transports: [new JsonRpcTransportFactory({ fetchImpl })] });
    return new StoryClient(await factory.createFromUrl(url), served);
  }

  /** Which replica served the latest call. */
  get servedBy(): string {
    return this.#served.at(-1) ?? 'nobody';
  }

  tell(sentences: number): AsyncGenerator<StreamResponse, void, undefined> {
    return this.#client.sendMessageStream({
      tenant: '',
      message: {
        messageId: randomUUID(),
        contextId: '',
        taskId: '',
        role: Role.ROLE_USER,
        parts: [
          {
            content: { $case: 'text', value: `A story of ${sentences} sentences, please` },
            mediaType: 'text/plain',
            filename: '',
            metadata: undefined,
          },
        ],
        metadata: undefined,
        extensions: [],
        referenceTaskIds: [],
      },
      configuration: undefined,
      metadata: undefined,
    });
  }

  resubscribe(id: string): AsyncGenerator<StreamResponse, void, undefined> {
    return this.#client.resubscribeTask({ tenant: '', id });
  }

  async cancel(id: string): Promise<Task> {
    return this.#client.cancelTask({ tenant: '', id, metadata: undefined });
  }

  async task(id: string): Promise<Task> {
    return this.#client.getTask({ tenant: '', id, historyLength: undefined });
  }
}

/** Reads a stream, as far as it comes: what it brought, in a word each. */
export class Reader {
  readonly heard: string[] = [];
  readonly ended: Promise<readonly string[]>;
  taskId = '';
  readonly #wake = new Set<() => void>();

  constructor(stream: AsyncIterable<StreamResponse>) {
    this.ended = this.#read(stream);
  }

  /** Waits until so much was heard. */
  async until(count: number): Promise<void> {
    while (this.heard.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake.add(resolve);
      });
    }
  }

  async #read(stream: AsyncIterable<StreamResponse>): Promise<readonly string[]> {
    try {
      for await (const response of stream) {
        this.#hear(response);
      }
    } catch {
      this.heard.push('(connection lost)');
    }
    for (const wake of this.#wake) wake();
    return this.heard;
  }

  #hear({ payload }: StreamResponse): void {
    if (payload?.$case === 'task') {
      this.taskId = payload.value.id;
      const sentences = payload.value.artifacts.flatMap((artifact) => artifact.parts).length;
      this.heard.push(`task with ${sentences} sentences`);
    } else if (payload?.$case === 'artifactUpdate') {
      const content = payload.value.artifact?.parts[0]?.content;
      this.heard.push(content?.$case === 'text' ? content.value : '?');
    } else if (payload?.$case === 'statusUpdate') {
      this.heard.push(stateName(payload.value.status?.state));
    }
    for (const wake of this.#wake) wake();
    this.#wake.clear();
  }
}

/** `TASK_STATE_WORKING` as `working`. */
export function stateName(state: TaskState | undefined): string {
  return (TaskState[state ?? 0] ?? '').replace('TASK_STATE_', '').toLowerCase();
}
