import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

import { StreamResponse } from '@a2a-js/sdk';

/** Takes push notifications. */
export class WebhookReceiver implements AsyncDisposable {
  readonly url: string;
  readonly received: StreamResponse[];
  readonly #server: ReturnType<typeof createServer>;

  private constructor(
    url: string,
    received: StreamResponse[],
    server: ReturnType<typeof createServer>,
  ) {
    this.url = url;
    this.received = received;
    this.#server = server;
  }

  /** Listens on a free port of the loopback interface. */
  static async start(): Promise<WebhookReceiver> {
    const received: StreamResponse[] = [];
    const server = createServer((request, response) => {
      const take = async (): Promise<void> => {
        received.push(StreamResponse.fromJSON(await json(request)));
        response.writeHead(204).end();
      };
      take().catch(() => response.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    return new WebhookReceiver(`http://127.0.0.1:${address.port}/`, received, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
