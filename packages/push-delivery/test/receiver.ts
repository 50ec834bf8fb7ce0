import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server as TcpServer, Socket } from 'node:net';

import { onTestFinished } from 'vitest';

import type { Certificate } from './certificates.ts';

/** A webhook as a receiver got it. */
export interface Received {
  readonly method: string | undefined;
  /** Path and query. */
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver on loopback, until the test ends. */
export interface Receiver {
  /** `http://127.0.0.1:<port>`, or with https. */
  readonly origin: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** All connections that it accepted; those that ended are destroyed. */
  readonly connections: readonly Socket[];
}

/** What a receiver does with a webhook that it has read. */
export type Answer = (response: ServerResponse, received: Received) => void;

/** What a receiver may be besides one over plain HTTP on 127.0.0.1. */
export interface ReceiverOptions {
  readonly host?: string;
  readonly port?: number;
  readonly certificate?: Certificate;
}

/** Starts a receiver. */
export async function startReceiver(
  answer: Answer = (response) => response.end(),
  { host = '127.0.0.1', port = 0, certificate }: ReceiverOptions = {},
): Promise<Receiver> {
  const received: Received[] = [];
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url, headers } = request;
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const webhook = { method, url, headers, body };
      received.push(webhook);
      answer(response, webhook);
    });
  };
  const server: Server =
    certificate === undefined
      ? createServer(onRequest)
      : createTlsServer({ key: certificate.key, cert: certificate.cert }, onRequest);
  const { connections, port: bound } = await listen(server, host, port);
  const protocol = certificate === undefined ? 'http' : 'https';
  return { origin: `${protocol}://${host}:${bound}`, port: bound, received, connections };
}

/** Lets a server listen until the test ends, with all of its connections. */
export async function listen(
  server: TcpServer,
  host = '127.0.0.1',
  port = 0,
): Promise<{ readonly port: number; readonly connections: readonly Socket[] }> {
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    // Who is posted to may be left at any moment.
    socket.on('error', () => {});
  });
  server.listen(port, host);
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    for (const socket of connections) socket.destroy();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server.');
  return { port: address.port, connections };
}
