import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { text } from 'node:stream/consumers';

import { describeResponse } from '@a2a-redis-internal/contract/queue-fixtures';
import { StreamResponse } from '@a2a-js/sdk';

/** What a receiver got in one attempt. */
export interface Received {
  readonly path: string;
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The status that was answered; absent where there was no answer. */
  readonly status: number | undefined;
}

/** Answers an attempt; the first of a path is number 1. */
export type Answer = (
  attempt: { readonly number: number; readonly path: string; readonly body: string },
  response: ServerResponse,
) => number | undefined | Promise<number | undefined>;

/** A receiver of webhooks, whose paths may be of different clients. */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number, received: Received[]) {
    this.#server = server;
    this.port = port;
    this.received = received;
  }

  /**
   * @param answer The status of an attempt, or `undefined` where it has answered by itself, or never does.
   * @param port A free one, unless it is given.
   */
  static async start(answer: Answer = () => 204, port = 0): Promise<Receiver> {
    const received: Received[] = [];
    const numbers = new Map<string, number>();
    const server = createServer((request, response) => {
      const take = async (): Promise<void> => {
        const body = await text(request);
        const path = request.url ?? '';
        const number = (numbers.get(path) ?? 0) + 1;
        numbers.set(path, number);
        const status = await answer({ number, path, body }, response);
        const id = String(request.headers['webhook-id']);
        received.push({ path, id, headers: request.headers, body, status });
        if (status !== undefined) response.writeHead(status).end();
      };
      take().catch(() => response.destroy());
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    return new Receiver(server, address.port, received);
  }

  url(path = '/'): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** What arrived, each id once, by its first arrival: as `working`, `artifact 3`, … */
  arrived(path?: string): readonly string[] {
    const seen = new Set<string>();
    const words: string[] = [];
    for (const each of this.received) {
      if (path !== undefined && each.path !== path) continue;
      if (each.status === undefined || each.status >= 300 || seen.has(each.id)) continue;
      seen.add(each.id);
      words.push(describeResponse(StreamResponse.fromJSON(JSON.parse(each.body))));
    }
    return words;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
