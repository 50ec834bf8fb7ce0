import { infoField } from '../info-field.ts';
import type { RedisServer } from '../redis-server.ts';
import { endpointOfUrl, sendCommands } from '../resp.ts';
import { serverWithoutProcess } from '../server-without-process.ts';

/**
 * The server that the environment names. It is not ours: stopping it does nothing.
 *
 * @throws Error when it does not answer, because whoever set the variable wants that server.
 */
export async function serverOfUrl(url: string): Promise<RedisServer> {
  try {
    const [, info = ''] = await sendCommands(endpointOfUrl(url), [['PING'], ['INFO', 'server']]);
    const version = infoField(info, 'redis_version');
    return serverWithoutProcess({ source: 'REDIS_URL', url, version, release: async () => {} });
  } catch (error) {
    // Without the URL, which can hold a password.
    throw new Error('The server named by REDIS_URL gives no answer to PING', { cause: error });
  }
}
