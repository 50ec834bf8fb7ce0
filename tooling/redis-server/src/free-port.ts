import { randomInt } from 'node:crypto';

import getPort from 'get-port';

const LOOPBACK = '127.0.0.1';
const LOWEST_PORT = 10_000;
/** Below the ephemeral range of Linux, also after `CLUSTER_BUS_OFFSET` is added. */
const HIGHEST_PORT = 22_767;
const CLUSTER_BUS_OFFSET = 10_000;

/**
 * A free port of 127.0.0.1, together with the port 10,000 above it, where a cluster node listens
 * for its peers.
 *
 * It lies below the range that the system hands out: a client that reconnects while its server is
 * down could otherwise be given the server's port as its own.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT + 1);
    if ((await isFree(port)) && (await isFree(port + CLUSTER_BUS_OFFSET))) return port;
  }
  throw new Error(
    `found no free port of ${LOOPBACK} between ${LOWEST_PORT} and ${HIGHEST_PORT} in 100 attempts`,
  );
}

/** Reserves the port in this process, so that two servers started at once do not get the same. */
async function isFree(port: number): Promise<boolean> {
  return (await getPort({ port, host: LOOPBACK })) === port;
}
