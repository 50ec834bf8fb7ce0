/**
 * What is used of ioredis, by structure: the clients of ioredis 5 and 6 and those of iovalkey fit without a cast, and
 * whoever has one of them needs none of the others.
 */

/** Events of a connection, and what their listeners get. */
interface ConnectionEvents {
  on(event: 'ready' | 'end' | 'moved', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'message' | 'smessage', listener: (channel: string, message: string) => void): unknown;
  off(event: 'ready' | 'end', listener: () => void): unknown;
}

/** What both kinds of clients can do. */
interface Commands {
  /** Where it is between two connections; `end` once it is closed, or has given up. */
  readonly status: string;
  /** Sends any command; replies are buffers. */
  callBuffer(command: string, ...args: string[]): Promise<unknown>;
  /** Sends any command. */
  call(command: string, ...args: string[]): Promise<unknown>;
  /** Commands that are sent together, by their methods' names. */
  pipeline(commands: unknown[][]): {
    exec(): Promise<[error: Error | null, result: unknown][] | null>;
  };
  /** Connects; rejects where the first attempt fails, and may go on trying. */
  connect(): Promise<unknown>;
  /** Closes at once, or connects anew. */
  disconnect(reconnect?: boolean): unknown;
}

/** What of the options of both kinds matters here; see ioredis. */
export interface CommonSettings {
  readonly keyPrefix?: string | undefined;
  readonly enableAutoPipelining?: boolean | undefined;
}

/** A connection of ioredis 5 or 6 or of iovalkey, a `Redis`: to one server, or to the one that sentinels name. */
export interface IoredisConnection extends Commands, ConnectionEvents {
  /** As ioredis describes them. */
  readonly options: CommonSettings & {
    readonly host?: string | undefined;
    readonly port?: number | undefined;
    readonly db?: number | undefined;
    readonly sentinels?: object | null | undefined;
    readonly stringNumbers?: boolean | undefined;
    readonly autoResendUnfulfilledCommands?: boolean | undefined;
  };
  /** Makes another one of the same options, and these. */
  duplicate(override: object): IoredisConnection;
  /** SUBSCRIBE. */
  subscribe(channel: string): Promise<unknown>;
  /** UNSUBSCRIBE. */
  unsubscribe(channel: string): Promise<unknown>;
  /** SSUBSCRIBE. */
  ssubscribe(channel: string): Promise<unknown>;
  /** SUNSUBSCRIBE. */
  sunsubscribe(channel: string): Promise<unknown>;
}

/** A cluster client of ioredis 5 or 6 or of iovalkey, a `Cluster`. */
export interface IoredisCluster extends Commands {
  /** As ioredis describes them. */
  readonly options: CommonSettings & {
    readonly redisOptions?: Pick<IoredisConnection['options'], 'stringNumbers'> | undefined;
  };
  /** By hash slot: the servers, as `host:port`, the primary first. */
  readonly slots: readonly (readonly string[])[];
  /** Its connections. */
  nodes(role: 'all'): readonly IoredisConnection[];
  /** Asks a server which serves which slot. */
  refreshSlotsCache(callback: () => void): void;
  on(event: 'ready' | 'end' | 'refresh', listener: () => void): unknown;
  off(event: 'ready' | 'end' | 'refresh', listener: () => void): unknown;
}

/** Any client of ioredis or iovalkey. */
export type Ioredis = IoredisConnection | IoredisCluster;

/** Whether a client is that of a cluster. */
export function isCluster(client: Ioredis): client is IoredisCluster {
  return 'nodes' in client;
}
