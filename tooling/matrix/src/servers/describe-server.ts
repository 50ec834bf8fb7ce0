import { mustRun } from '@a2a-redis-internal/checks/command';
import { createClient } from 'redis';

/** What a server says of itself. */
export interface ServerDescription {
  /** `Redis 7.2.6`, `Valkey 9.1.2`, `Dragonfly 1.30.0` */
  readonly version: string;
  readonly hasJson: boolean;
}

/** Asks a program for its version: `Redis 7.2.6`. */
export async function versionOfProgram(path: string): Promise<string> {
  return versionInBanner(await mustRun(path, ['--version']));
}

/** Reads what `redis-server --version` prints. */
export function versionInBanner(banner: string): string {
  // Valkey 7.2 names no kind.
  const [, kind = 'Valkey', version] = /^(?:(\w+) s|S)erver v=(\S+)/u.exec(banner) ?? [];
  if (version === undefined) throw new TypeError(`No version of a server: ${banner.trim()}`);
  return `${kind} ${version}`;
}

/** Asks a server that runs. */
export async function describeServer(url: string): Promise<ServerDescription> {
  const client = createClient({ url });
  // Without a listener, a lost connection would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    const [info, [jsonGet]] = await Promise.all([
      client.info('server'),
      client.sendCommand<readonly unknown[]>(['COMMAND', 'INFO', 'JSON.GET']),
    ]);
    return { version: versionInInfo(info), hasJson: jsonGet !== null && jsonGet !== undefined };
  } finally {
    await client.close();
  }
}

/** Others than Redis tell their own version beside that of the Redis whose commands they have. */
export function versionInInfo(info: string): string {
  for (const kind of ['valkey', 'dragonfly', 'redis']) {
    const [, version] = new RegExp(`^${kind}_version:(?:df-v)?(\\S+)`, 'mu').exec(info) ?? [];
    if (version !== undefined) return `${kind[0]?.toUpperCase()}${kind.slice(1)} ${version}`;
  }
  return 'of an unknown version';
}
