import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { serveReplica } from '../index.ts';

/** What the tests ask it. */
export interface AgentCalls {
  add(a: number, b: number): number;
  /** Values that JSON has not. */
  values(): Promise<unknown>;
  env(name: string): string | undefined;
  fail(): never;
  never(): Promise<never>;
  /** Blocks the process. */
  hang(): void;
  /** Sends an event to every open `/stream`, and says how many there are. */
  publish(data: string): number;
}

/** A small HTTP server: it echoes, and streams what it is told to. */
serveReplica<AgentCalls>({
  async start(name) {
    const streams = new Set<ServerResponse>();
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/stream')) {
        streams.add(response);
        response.once('close', () => streams.delete(response));
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        return;
      }
      if (path === '/break') {
        process.kill(process.pid, 'SIGKILL');
        return;
      }
      text(request).then(
        (body) =>
          response.setHeader('x-echo', 'yes').end(`${name} ${request.method} ${path} ${body}`),
        () => response.destroy(),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    console.log(`${name} listens`);
    return {
      url: `http://127.0.0.1:${address.port}`,
      calls: {
        add: (a, b) => a + b,
        values: async () => [undefined, new Map([['a', 1n]]), new Uint8Array([1, 2])],
        env: (key) => process.env[key],
        fail() {
          throw new RangeError('out of range');
        },
        never: async () => new Promise<never>(() => {}),
        hang() {
          while (true);
        },
        publish(data) {
          for (const stream of streams) stream.write(`data: ${data}\n\n`);
          return streams.size;
        },
      },
      async stop() {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
      },
    };
  },
});
