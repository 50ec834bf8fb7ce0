import { createClient, type RedisClientType } from 'redis';

/** A connected client that reconnects fast. */
export async function connect(url: string): Promise<RedisClientType> {
  const client: RedisClientType = createClient({ url, socket: { reconnectStrategy: 20 } });
  // Without a listener, a lost connection would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}
