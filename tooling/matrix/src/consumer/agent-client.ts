import { randomUUID } from 'node:crypto';

import {
  Role,
  type StreamResponse,
  type Task,
  type TaskPushNotificationConfig,
  TaskState,
} from '@a2a-js/sdk';
import { type Client, ClientFactory, JsonRpcTransportFactory } from '@a2a-js/sdk/client';

/** A client of one replica of the consumer's agent. */
export class AgentClient {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async connect(url: string): Promise<AgentClient> {
    const factory = new ClientFactory({ transports: [new JsonRpcTransportFactory()] });
    return new AgentClient(await factory.createFromUrl(url));
  }

  /** Asks for so many chunks. */
  stream(chunks: number): ChunkReader {
    return new ChunkReader(
      this.#client.sendMessageStream({
        tenant: '',
        message: {
          messageId: randomUUID(),
          contextId: '',
          taskId: '',
          role: Role.ROLE_USER,
          parts: [
            {
              content: { $case: 'text', value: String(chunks) },
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
      }),
    );
  }

  resubscribe(id: string): ChunkReader {
    return new ChunkReader(this.#client.resubscribeTask({ tenant: '', id }));
  }

  async cancel(id: string): Promise<Task> {
    return this.#client.cancelTask({ tenant: '', id, metadata: undefined });
  }

  async task(id: string): Promise<Task> {
    return this.#client.getTask({ tenant: '', id, historyLength: undefined });
  }

  async registerWebhook(taskId: string, url: string): Promise<TaskPushNotificationConfig> {
    return this.#client.createTaskPushNotificationConfig({
      tenant: '',
      id: 'hook',
      taskId,
      url,
      token: '',
      authentication: undefined,
    });
  }

  /** The addresses of a task's webhooks. */
  async webhooks(taskId: string): Promise<readonly string[]> {
    const { configs } = await this.#client.listTaskPushNotificationConfig({
      tenant: '',
      taskId,
      pageSize: 0,
      pageToken: '',
    });
    return configs.map(({ url }) => url);
  }
}

/**
 * Reads a stream to its end, in words as {@link wordsOf} has them.
 */
export class ChunkReader {
  readonly heard: string[] = [];
  /** All that was heard, once the stream has ended. Rejects as the stream does. */
  readonly ended: Promise<readonly string[]>;
  #taskId = '';
  #wake: (() => void) | undefined;

  constructor(stream: AsyncIterable<StreamResponse>) {
    this.ended = this.#read(stream);
    // Whoever waits for it is told.
    this.ended.catch(() => undefined);
  }

  /** Of the task, once that was heard of. */
  get taskId(): string {
    return this.#taskId;
  }

  /** Waits until so much was heard, or all there is. */
  async until(count: number): Promise<void> {
    const enough = new Promise<void>((resolve) => {
      this.#wake = (): void => {
        if (this.heard.length >= count) resolve();
      };
      this.#wake();
    });
    await Promise.race([enough, this.ended]);
  }

  async #read(stream: AsyncIterable<StreamResponse>): Promise<readonly string[]> {
    for await (const response of stream) {
      this.#hear(response);
      this.#wake?.();
    }
    return this.heard;
  }

  #hear(response: StreamResponse): void {
    const { payload } = response;
    if (payload?.$case === 'task') this.#taskId = payload.value.id;
    this.heard.push(...wordsOf(response));
  }
}

/** What an event says: `task with 3`, the text of a chunk, the name of a state. */
export function wordsOf({ payload }: StreamResponse): readonly string[] {
  if (payload?.$case === 'task') return [`task with ${chunksOf(payload.value).length}`];
  if (payload?.$case === 'artifactUpdate') return (payload.value.artifact?.parts ?? []).map(textOf);
  return payload?.$case === 'statusUpdate' ? [stateOf(payload.value)] : [];
}

/** The texts of a task's chunks. */
export function chunksOf({ artifacts }: Task): readonly string[] {
  return artifacts.flatMap(({ parts }) => parts).map(textOf);
}

/** The name of its state: `completed`. */
export function stateOf({ status }: Pick<Task, 'status'>): string {
  const name = TaskState[status?.state ?? TaskState.TASK_STATE_UNSPECIFIED] ?? 'none';
  return name.replace('TASK_STATE_', '').toLowerCase();
}

function textOf({ content }: NonNullable<Task['artifacts'][number]>['parts'][number]): string {
  return content?.$case === 'text' ? content.value : '(no text)';
}
