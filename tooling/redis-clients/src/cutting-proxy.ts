import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy in front of a Redis server that loses replies on demand: the command arrives and is
 * applied, and the connection ends before the client hears of it.
 */
export class CuttingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #port: number;
  #cuts = 0;
  /** How many replies were lost. */
  lost = 0;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  /** Starts a proxy for a server on the loopback interface. */
  static async start(redisUrl: string): Promise<CuttingProxy> {
    const target = Number(new URL(redisUrl).port);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
    const proxy = new CuttingProxy(server, address.port);
    server.on('connection', (client) => {
      proxy.#serve(client, target);
    });
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Loses the next replies of the server, one connection each. */
  loseNextReplies(count: number): void {
    this.#cuts = count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(client: Socket, target: number): void {
    const upstream = connect(target, '127.0.0.1');
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    // Only connections that are in use lose replies, so that a new one can greet the server.
    let greeted = false;
    client.on('data', (data) => {
      greeted ||= data.includes('EVALSHA');
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (greeted && this.#cuts > 0) {
        this.#cuts -= 1;
        this.lost += 1;
        end();
        return;
      }
      client.write(data);
    });
  }
}
