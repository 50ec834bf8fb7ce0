/** What a server must be able to do. Anything beyond the plain case needs a server of our own. */
export interface RedisServerOptions {
  /**
   * Append-only file with `appendfsync always`: what was acknowledged survives `kill()` and
   * `restart()`. Without it a restarted server is empty.
   * @default false, because a test that does not restart its server has no use for a disk
   */
  readonly persistence?: boolean | undefined;
  /**
   * Password of the default user.
   * @default none
   */
  readonly password?: string | undefined;
  /**
   * TLS only, with a throw-away CA (see `tlsCa`) made by the `openssl` command.
   * @default false
   */
  readonly tls?: boolean | undefined;
  /**
   * Listens on a unix socket only (see `socketPath`).
   * @default false, a port of 127.0.0.1
   */
  readonly unixSocket?: boolean | undefined;
  /**
   * Absolute path of a module to load, such as the JSON module.
   * @default none
   */
  readonly modulePath?: string | undefined;
  /**
   * Runs a sentinel instead of a server. `config` says what it watches; see `startRedisSentinel`.
   * @default false
   */
  readonly sentinel?: boolean | undefined;
  /**
   * More directives of `redis.conf`, as `{ name: arguments }`, written as in that file. An empty
   * string stands for `""`. They come last, so that they win over the launcher's own.
   * @default none
   */
  readonly config?: Readonly<Record<string, string>> | undefined;
  /**
   * The caller will use `kill`, `restart`, `pause` or `resume`, so only a server that is a process
   * of this machine will do.
   * @default `persistence`, whose purpose is a restart
   */
  readonly processControl?: boolean | undefined;
  /**
   * Nobody else uses it: for tests that count its connections, commands or scripts, or change what concerns all
   * who use it.
   * @default false, a server that other tests and other programs may use
   */
  readonly exclusive?: boolean | undefined;
}

/** The way in which a server was had, in the order in which the ways are tried. */
export type RedisServerSource =
  | 'REDIS_URL'
  | 'redis-server'
  | 'valkey-server'
  | 'docker'
  | 'redis-memory-server'
  | 'apt-get';

/** A running server. Dispose it (`await using`) or call `stop()`. */
export interface RedisServer extends AsyncDisposable {
  /**
   * `redis://127.0.0.1:port`, `rediss://…` with `tls`, `unix:///path` with `unixSocket`. Holds the
   * password, except with `unixSocket`: node-redis 6 reads no `unix:` URL that does.
   */
  readonly url: string;
  readonly source: RedisServerSource;
  /** `redis_version` of INFO; the Redis version that it is compatible with on Valkey. */
  readonly version: string;
  /** PEM text of the CA to trust, with `tls`. */
  readonly tlsCa?: string | undefined;
  /** With `unixSocket`: its path, for clients that cannot read a `unix:` URL (node-redis 5). */
  readonly socketPath?: string | undefined;
  /** Ends the server and removes its files. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL. Its files are kept. */
  kill(): Promise<void>;
  /** Shuts down unless `kill()` has already ended it, and starts again with its port and files. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open and are not answered. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}
