import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A server behind the proxy; a `Replica` is one. */
export interface ProxyTarget {
  readonly name: string;
  /** Its origin; a path is not used. */
  readonly url: string;
}

/** A running proxy. Dispose it (`await using`) to close it with its connections. */
export interface RoundRobinProxy extends AsyncDisposable {
  readonly url: string;
  /** Replaces the servers behind it. Responses under way go on. */
  setTargets(targets: readonly ProxyTarget[]): void;
  /**
   * Destroys the connections of the requests under way, as a load balancer does that restarts.
   *
   * @param path Only requests to this path.
   * @returns How many requests there were.
   */
  dropConnections(path?: string): number;
}

/** The response header that names the target that served. */
const SERVED_BY = 'x-replica';

/** They belong to one connection, not to the message. */
const HOP_HEADERS = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/**
 * Starts an HTTP proxy on a free port of 127.0.0.1 that hands each request to the next server and
 * streams the response as it comes. It skips servers that refuse the connection. Where a server
 * ends in the middle, the request is not repeated: it may have had its effect.
 *
 * Answers 503 when all servers refuse, 502 when one breaks off before it answered.
 */
export async function startRoundRobinProxy(
  targets: readonly ProxyTarget[] = [],
): Promise<RoundRobinProxy> {
  const proxy = new HttpProxy(targets);
  await proxy.listen();
  return proxy;
}

class HttpProxy implements RoundRobinProxy {
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });
  readonly #open = new Map<ServerResponse, string>();
  #targets: readonly ProxyTarget[];
  #next = 0;
  url = '';

  constructor(targets: readonly ProxyTarget[]) {
    this.#targets = targets;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    this.url = `http://127.0.0.1:${address.port}`;
  }

  setTargets(targets: readonly ProxyTarget[]): void {
    this.#targets = targets;
    this.#next = 0;
  }

  dropConnections(path?: string): number {
    const dropped = [...this.#open].filter(([, its]) => path === undefined || its === path);
    for (const [response] of dropped) response.destroy();
    return dropped.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open.set(response, new URL(request.url ?? '/', this.url).pathname);
    response.once('close', () => this.#open.delete(response));
    // Whole, because the next server needs it again when one refuses.
    const body = await buffer(request);
    const refused = new Set<ProxyTarget>();
    for (let target = this.#take(refused); target; target = this.#take(refused)) {
      try {
        await forward({ target, request, body, response });
        return;
      } catch (error) {
        if (response.destroyed) return;
        if (!isRefusal(error)) {
          response.writeHead(502, { [SERVED_BY]: target.name }).end();
          return;
        }
        refused.add(target);
      }
    }
    response.writeHead(503).end();
  }

  /** The next server that has not refused yet. */
  #take(refused: ReadonlySet<ProxyTarget>): ProxyTarget | undefined {
    for (const _ of this.#targets) {
      const target = this.#targets[this.#next % this.#targets.length];
      this.#next += 1;
      if (target !== undefined && !refused.has(target)) return target;
    }
    return undefined;
  }
}

interface Exchange {
  readonly target: ProxyTarget;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
}

/** Resolves once the response began. @throws The error of the connection when none came. */
async function forward({ target, request, body, response }: Exchange): Promise<void> {
  const upstream = httpRequest(new URL(request.url ?? '/', target.url), {
    method: request.method,
    headers: { ...withoutHopHeaders(request.headers), 'content-length': body.length },
    // A connection of its own: one that was kept could belong to a server that is gone.
    agent: false,
  });
  // The server shall see that its client is gone.
  response.once('close', () => upstream.destroy());
  upstream.end(body);
  const [answer]: IncomingMessage[] = await once(upstream, 'response');
  // Destroyed below with its response; the event adds nothing.
  upstream.on('error', () => undefined);
  if (answer === undefined) throw new Error('a response event without a response');
  response.writeHead(answer.statusCode ?? 502, {
    ...withoutHopHeaders(answer.headers),
    [SERVED_BY]: target.name,
  });
  response.flushHeaders();
  answer.pipe(response);
  // A server that broke off must not look like one that had no more to say.
  answer.on('error', () => response.destroy());
}

function withoutHopHeaders(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_HEADERS.has(name)));
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}
