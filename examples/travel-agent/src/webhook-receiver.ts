import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { StreamResponse } from '@a2a-js/sdk';

import { listenOnLoopback } from './listen.ts';

/** One push notification. */
export interface Webhook {
  readonly update: StreamResponse;
  /** What the agent sent to prove itself; empty without. */
  readonly authorization: string;
}

/** Collects push notifications in the order of their arrival. */
export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly Webhook[];
  /** Waits until so many have come in all. @throws After the deadline. */
  waitFor(total: number, deadlineMs: number): Promise<void>;
  close(): void;
}

/** Starts a receiver on a free port of the loopback interface. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Webhook[] = [];
  const server = createServer((request, response) => void receive(request, response));

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      received.push(await readWebhook(request));
      response.writeHead(204).end();
      server.emit('webhook');
    } catch {
      response.writeHead(400).end();
    }
  }

  const origin = await listenOnLoopback(server, 0);
  return {
    url: `${origin}/webhook`,
    received,
    async waitFor(total, deadlineMs) {
      const signal = AbortSignal.timeout(deadlineMs);
      try {
        while (received.length < total) await once(server, 'webhook', { signal });
      } catch {
        throw new Error(`${received.length} of ${total} webhooks came within ${deadlineMs} ms`);
      }
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function readWebhook(request: IncomingMessage): Promise<Webhook> {
  return {
    update: StreamResponse.fromJSON(JSON.parse(await text(request))),
    authorization: request.headers.authorization ?? '',
  };
}
