import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { StreamResponse } from '@a2a-js/sdk';

import { listenOnLoopback } from './listen.ts';

/** One push notification. */
export interface Webhook {
  /** The same for every attempt. */
  readonly id: string;
  readonly update: StreamResponse;
  /** What the agent sent to prove itself; empty without. */
  readonly authorization: string;
}

/** One attempt to deliver, and what was answered. */
export interface Attempt {
  readonly webhook: Webhook;
  readonly status: 204 | 503;
}

/** Collects push notifications in the order of their arrival. */
export interface WebhookReceiver {
  readonly url: string;
  readonly attempts: readonly Attempt[];
  /** What was taken, each once: a delivery may come again, under the same id. */
  readonly received: readonly Webhook[];
  /** Refuses so many attempts from now on, as a receiver in trouble would. */
  refuse(count: number): void;
  /** Waits until so many were taken in all. @throws After the deadline. */
  waitFor(total: number, deadlineMs: number): Promise<void>;
  /** Waits until there were so many attempts in all. @throws After the deadline. */
  waitForAttempts(total: number, deadlineMs: number): Promise<void>;
  close(): void;
}

/** Starts a receiver on a free port of the loopback interface. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const attempts: Attempt[] = [];
  const received = new Map<string, Webhook>();
  let refusals = 0;
  const server = createServer((request, response) => void receive(request, response));

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const webhook = await readWebhook(request);
      const status = refusals > 0 ? 503 : 204;
      refusals = Math.max(0, refusals - 1);
      attempts.push({ webhook, status });
      if (status === 204 && !received.has(webhook.id)) received.set(webhook.id, webhook);
      response.writeHead(status).end();
      server.emit('webhook');
    } catch {
      response.writeHead(400).end();
    }
  }

  async function until(count: () => number, total: number, deadlineMs: number): Promise<void> {
    const signal = AbortSignal.timeout(deadlineMs);
    try {
      while (count() < total) await once(server, 'webhook', { signal });
    } catch {
      throw new Error(`${count()} of ${total} webhooks came within ${deadlineMs} ms`);
    }
  }

  const origin = await listenOnLoopback(server, 0);
  return {
    url: `${origin}/webhook`,
    attempts,
    get received() {
      return [...received.values()];
    },
    refuse(count) {
      refusals = count;
    },
    waitFor: async (total, deadlineMs) => until(() => received.size, total, deadlineMs),
    waitForAttempts: async (total, deadlineMs) => until(() => attempts.length, total, deadlineMs),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function readWebhook(request: IncomingMessage): Promise<Webhook> {
  return {
    id: String(request.headers['webhook-id']),
    update: StreamResponse.fromJSON(JSON.parse(await text(request))),
    authorization: request.headers.authorization ?? '',
  };
}
