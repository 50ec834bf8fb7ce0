import { once } from 'node:events';
import type { Server } from 'node:http';

/**
 * Listens on the loopback interface.
 *
 * @param port 0 for a free one.
 * @returns The origin, such as `http://127.0.0.1:41241`.
 */
export async function listenOnLoopback(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}
