import { infoField } from '../info-field.ts';
import { messageOf } from '../message-of.ts';
import type { RedisServer } from '../redis-server.ts';
import { endpointOfUrl, sendCommands } from '../resp.ts';
import { serverWithoutProcess } from '../server-without-process.ts';

/**
 * The server that the environment names. It is not ours: stopping it does nothing.
 *
 * A unix socket is not supported: the URL goes to clients of every kind, and not all read such a one.
 *
 * @param variable The variable that holds the URL, for messages.
 * @throws Error when the URL is none, and when the server does not answer, because whoever set the
 *   variable wants that server.
 */
export async function serverOfUrl(
  url: string,
  variable: string = 'REDIS_URL',
): Promise<RedisServer> {
  if (!/^rediss?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new Error(
      `${variable} must be a redis:// or rediss:// URL; unix sockets are not supported`,
    );
  }
  try {
    const [, info = ''] = await sendCommands(endpointOfUrl(url), [['PING'], ['INFO', 'server']]);
    const version = infoField(info, 'redis_version');
    return serverWithoutProcess({ source: 'REDIS_URL', url, version, release: async () => {} });
  } catch (error) {
    // Without the URL, which can hold a password.
    throw new Error(
      `The server named by ${variable} gives no answer to PING: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
