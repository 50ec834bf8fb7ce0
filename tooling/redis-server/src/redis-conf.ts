import type { RedisServerOptions } from './redis-server.ts';

/** Where a server runs and finds its files. */
export interface ServerPlace {
  readonly folder: string;
  /** 0 for none. */
  readonly port: number;
  readonly socketPath?: string | undefined;
  readonly bind: string;
}

/** Names of the TLS files in the server's folder. */
export const TLS_FILES = { ca: 'ca.pem', cert: 'server.pem', key: 'server-key.pem' } as const;

/** The text of `redis.conf` for a server with these options at this place. */
export function redisConf(place: ServerPlace, options: RedisServerOptions): string {
  const { folder, port, socketPath, bind } = place;
  const tls = options.tls === true;
  const directives: (readonly [string, string])[] = [
    ['bind', bind],
    ['port', tls ? '0' : String(port)],
    ['dir', quote(folder)],
    ['daemonize', 'no'],
    ['save', '""'],
    ['appendonly', options.persistence === true ? 'yes' : 'no'],
    ['appendfsync', 'always'],
  ];
  if (socketPath !== undefined) directives.push(['unixsocket', quote(socketPath)]);
  if (options.password !== undefined) directives.push(['requirepass', quote(options.password)]);
  if (tls) {
    directives.push(
      ['tls-port', String(port)],
      ['tls-cert-file', quote(`${folder}/${TLS_FILES.cert}`)],
      ['tls-key-file', quote(`${folder}/${TLS_FILES.key}`)],
      ['tls-ca-cert-file', quote(`${folder}/${TLS_FILES.ca}`)],
      ['tls-auth-clients', 'no'],
    );
  }
  if (options.modulePath !== undefined) directives.push(['loadmodule', quote(options.modulePath)]);
  for (const [name, value] of Object.entries(options.config ?? {})) {
    directives.push([name, value === '' ? '""' : value]);
  }
  return `${directives.map((directive) => directive.join(' ')).join('\n')}\n`;
}

/** Redis reads a double-quoted argument with the escapes `\"`, `\\`, `\n` and `\r`. */
function quote(value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
  return `"${escaped}"`;
}
