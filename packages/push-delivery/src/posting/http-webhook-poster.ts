import type { Runtime } from '@a2a-redis/core/shared';

import { type AttemptEnd, AttemptLimit, type AttemptState } from './attempt-limit.ts';
import { guardedConnector } from './guarded-connector.ts';
import { HostResolver } from './host-resolver.ts';
import type { PostingLimits } from './posting-options.ts';
import { TargetGuard } from './target-guard.ts';
import type { TargetLimits } from './target-options.ts';
import { Agent, type Dispatcher } from './undici.ts';
import { answerOf, answerOfFault } from './webhook-answers.ts';
import type { WebhookAnswer, WebhookPoster, WebhookRequest } from './webhook-poster.ts';

/** A connection that is not used any more is kept so long, whatever the receiver offers. */
const LONGEST_IDLE_MS = 10_000;
/** The headers of an answer; Node's own limit for servers. */
const LONGEST_HEADERS_BYTES = 16_384;
/** Of a body so much is read, and for so long, to keep the connection; with more, a new one costs less. */
const LONGEST_BODY_BYTES = 65_536;
const LONGEST_BODY_MS = 1_000;

/**
 * Posts webhooks over HTTP/1.1 to where the guard lets it, and nowhere else: no proxy of the environment, no redirect.
 * A connection is used for one request after the other.
 */
export class HttpWebhookPoster implements WebhookPoster {
  readonly #runtime: Runtime;
  readonly #guard: TargetGuard;
  readonly #timeoutMs: number;
  readonly #resolver: HostResolver;
  readonly #agent: Agent;

  constructor(runtime: Runtime, targets: TargetLimits, posting: PostingLimits) {
    const guard = new TargetGuard(targets);
    const resolver = new HostResolver((host) => guard.isAllowedHost(host));
    const { connectTimeoutMs, timeoutMs, connectionsPerOrigin, ca } = posting;
    const { resolveHost = async (host) => resolver.resolve(host) } = posting;
    this.#runtime = runtime;
    this.#guard = guard;
    this.#timeoutMs = timeoutMs;
    this.#resolver = resolver;
    this.#agent = new Agent({
      connect: guardedConnector({ guard, resolveHost, connectTimeoutMs, ca }),
      connections: connectionsPerOrigin,
      keepAliveMaxTimeout: LONGEST_IDLE_MS,
      maxHeaderSize: LONGEST_HEADERS_BYTES,
      // An attempt has limits of its own, on the clock of the runtime.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  refusalOf(url: string): string | undefined {
    return this.#guard.refusalOf(url);
  }

  async post(
    { url: text, headers, body }: WebhookRequest,
    until: AttemptEnd,
  ): Promise<WebhookAnswer> {
    const target = this.#guard.targetOf(text);
    if ('refusal' in target) return { kind: 'refused', reason: target.refusal };
    const { origin, pathname, search } = target.url;
    const limit = new AttemptLimit(this.#runtime, until);
    try {
      const response = await limit.within(this.#timeoutMs, async () =>
        this.#agent.request({
          origin,
          path: `${pathname}${search}`,
          method: 'POST',
          headers,
          body,
          signal: limit.emitter,
        }),
      );
      const [retryAfter] = [response.headers['retry-after'] ?? []].flat();
      await discard(response.body, limit);
      return answerOf({ status: response.statusCode, retryAfter }, this.#runtime.wallClock());
    } catch (error) {
      return this.#answerWithout(error, limit.state);
    } finally {
      limit[Symbol.dispose]();
    }
  }

  async close(): Promise<void> {
    this.#resolver.close();
    await this.#agent.destroy();
  }

  /** What an attempt that failed, or was over before, comes to. */
  #answerWithout(error: unknown, state: AttemptState): WebhookAnswer {
    switch (state) {
      case 'stopped':
        return { kind: 'retry', reason: 'The attempt was stopped before its answer came.' };
      case 'timed out':
        return { kind: 'retry', reason: `No answer came within ${this.#timeoutMs} ms.` };
      case 'under way':
        return answerOfFault(error);
      default:
        return state satisfies never;
    }
  }
}

/** Reads a body to its end, or as far as it is worth it, and then ends the connection. */
async function discard(body: Dispatcher.ResponseData['body'], limit: AttemptLimit): Promise<void> {
  try {
    await limit.within(LONGEST_BODY_MS, async () => body.dump({ limit: LONGEST_BODY_BYTES }));
  } catch (error) {
    // The answer is known by then.
    if (limit.state === 'under way') throw error;
  }
}
