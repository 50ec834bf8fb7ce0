import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** Something that listens on a port and never answers. */
export interface SilentServer extends Disposable {
  readonly port: number;
}

/** Starts a {@link SilentServer} on 127.0.0.1. */
export async function silentServer(): Promise<SilentServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
