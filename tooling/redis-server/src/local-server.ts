import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './free-port.ts';
import { messageOf } from './message-of.ts';
import { redisConf, TLS_FILES } from './redis-conf.ts';
import type { RedisServer, RedisServerOptions, RedisServerSource } from './redis-server.ts';
import type { Endpoint } from './resp.ts';
import { serverUrl } from './server-url.ts';
import { startProcess, type ServerProcess } from './start-process.ts';
import { createTlsFiles } from './tls-files.ts';
import { waitUntilReady } from './wait-until-ready.ts';
import { Watchdog } from './watchdog.ts';

const PORT_ATTEMPTS = 5;
const SHUTDOWN_DEADLINE_MS = 10_000;

/** Starts a server program of this machine, in a fresh temporary folder. */
export async function startLocalServer(
  program: string,
  source: RedisServerSource,
  options: RedisServerOptions,
  choosePort: () => Promise<number> = freePort,
): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-server-'));
  const watchdog = await Watchdog.start(folder);
  try {
    const server = new LocalServer({ program, source, options, choosePort, folder, watchdog });
    await server.start();
    return server;
  } catch (error) {
    await watchdog.clean();
    throw error;
  }
}

interface Setup {
  readonly program: string;
  readonly source: RedisServerSource;
  readonly options: RedisServerOptions;
  readonly choosePort: () => Promise<number>;
  readonly folder: string;
  readonly watchdog: Watchdog;
}

class LocalServer implements RedisServer {
  readonly source: RedisServerSource;
  readonly socketPath: string | undefined;
  tlsCa: string | undefined;
  version = '';
  readonly #setup: Setup;
  readonly #confFile: string;
  readonly #logFile: string;
  #port = 0;
  #process: ServerProcess | undefined;
  #stopped: Promise<void> | undefined;

  constructor(setup: Setup) {
    const { folder, options } = setup;
    this.#setup = setup;
    this.source = setup.source;
    this.#confFile = join(folder, 'redis.conf');
    this.#logFile = join(folder, 'server.log');
    this.socketPath = options.unixSocket === true ? join(folder, 'redis.sock') : undefined;
  }

  get url(): string {
    return serverUrl(this.#endpoint());
  }

  /** The first start. Another process may take the port in between; then the next one is tried. */
  async start(): Promise<void> {
    const { folder, options, choosePort } = this.#setup;
    if (options.tls === true) {
      await createTlsFiles(folder);
      this.tlsCa = await readFile(join(folder, TLS_FILES.ca), 'utf8');
    }
    for (let attempt = 1; ; attempt += 1) {
      this.#port = this.socketPath === undefined ? await choosePort() : 0;
      const { socketPath } = this;
      const place = { folder, port: this.#port, socketPath, bind: '127.0.0.1' };
      await writeFile(this.#confFile, redisConf(place, options));
      try {
        await this.#launch();
        return;
      } catch (error) {
        if (attempt === PORT_ATTEMPTS || !isPortTaken(error)) throw error;
        await writeFile(this.#logFile, '');
      }
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async kill(): Promise<void> {
    this.#running().signal('SIGKILL');
    await this.#running().waitForExit();
  }

  async restart(): Promise<void> {
    const server = this.#running();
    // A paused process would not hear that it shall shut down.
    server.signal('SIGCONT');
    server.signal('SIGTERM');
    if (!(await server.waitForExit(SHUTDOWN_DEADLINE_MS))) {
      server.signal('SIGKILL');
      await server.waitForExit();
    }
    await this.#launch();
  }

  pause(): void {
    this.#running().signal('SIGSTOP');
  }

  resume(): void {
    this.#running().signal('SIGCONT');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #running(): ServerProcess {
    if (this.#stopped !== undefined || this.#process === undefined) {
      throw new Error(`the Redis server ${this.url} was stopped`);
    }
    return this.#process;
  }

  async #launch(): Promise<void> {
    const { program, watchdog, options } = this.#setup;
    const mode = options.sentinel === true ? ['--sentinel'] : [];
    const server = await startProcess([program, this.#confFile, ...mode], this.#logFile, watchdog);
    this.#process = server;
    this.version = await waitUntilReady({
      endpoint: this.#endpoint(),
      name: program,
      confFile: this.#confFile,
      hasExited: () => server.hasExited(),
      readLog: () => readFile(this.#logFile, 'utf8'),
    });
  }

  #endpoint(): Endpoint {
    const { password, tls } = this.#setup.options;
    const { tlsCa, socketPath: path } = this;
    return { port: this.#port, path, tls, tlsCa, password };
  }

  async #end(): Promise<void> {
    this.#process?.signal('SIGKILL');
    await this.#process?.waitForExit();
    await this.#setup.watchdog.clean();
  }
}

function isPortTaken(error: unknown): boolean {
  return messageOf(error).includes('Address already in use');
}
