import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  type RedisServer,
  RotatingUser,
  startRedisCluster,
  startRedisSentinel,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createRedisClient } from '../src/client/create-redis-client.ts';
import type { RedisClientOptions, RedisCommonOptions } from '../src/client/options.ts';
import type { RedisCredentialsProvider } from '../src/credentials/connection-credentials.ts';
import { subscriptionOf } from '../src/queue-manager/messages/subscriber-client.ts';
import type { RedisScriptClient } from '../src/redis/script-client.ts';
import { ScriptRunner } from '../src/redis/script-runner.ts';
import { defineScript } from '../src/redis/script.ts';
import { errorOf } from './error-of.ts';
import { expectNoUnhandledRejection } from './unhandled-rejections.ts';

/** Safe to repeat: it notes each call once. */
const NOTE = defineScript('note', "return redis.call('SADD', KEYS[1], ARGV[1])");
const COUNT = defineScript('count', "return redis.call('SCARD', KEYS[1])");
/** Slots of different nodes of a cluster. */
const KEYS = ['{a}', '{b}', '{c}'];

type Options = RedisCommonOptions<undefined>;

interface OpenClient extends RedisScriptClient {
  close(): Promise<unknown>;
}

/** What clients of one kind connect to. */
interface Deployment {
  readonly servers: readonly RedisServer[];
  open(options: Options): Promise<OpenClient>;
  stop(): Promise<void>;
}

type Kind = 'a client' | 'a pool' | 'a cluster' | 'sentinels';

/**
 * What must hold with either version of node-redis; the test file decides which is `redis`.
 *
 * @param told The kinds that tell when they were closed.
 */
export function credentialsSuite(label: string, told: readonly Kind[]): void {
  describe(`createRedisClient with ${label}: credentials that change`, () => {
    expectNoUnhandledRejection();

    describe.each<Kind>(['a client', 'a pool', 'a cluster', 'sentinels'])('%s', (kind) => {
      let deployment: Deployment;

      beforeAll(async () => {
        deployment = await deploy(kind);
      });
      afterAll(async () => {
        await deployment.stop();
      });

      it('authenticates each connection again when its provider tells, and loses no call', async () => {
        const user = await RotatingUser.create(deployment.servers);
        const errors: Error[] = [];
        const client = await deployment.open({
          credentialsProvider: user,
          onError: (error) => errors.push(error),
        });
        const calls = new Calls(client);
        for (let rotation = 0; rotation < 5; rotation += 1) {
          await calls.madeMore(20);
          const { latest } = await user.connections();
          await user.rotate();
          await vi.waitUntil(async () => (await user.connections()).latest === latest, PATIENT);
          // Would close a connection of earlier credentials, and so be an error.
          await user.retire();
        }
        await calls.madeMore(20);
        expect([await calls.lost(), errors, user.refusals]).toEqual([0, [], []]);
        await client.close();
      });

      if (!told.includes(kind)) return;

      it('leaves no subscription at its provider when closed', async () => {
        const user = await RotatingUser.create(deployment.servers);
        const client = await deployment.open({ credentialsProvider: user });
        const open = user.subscriptions;
        await client.close();
        expect([open > 0, user.subscriptions]).toEqual([true, 0]);
      });
    });

    describe('one server', () => {
      let server: RedisServer;
      let host: string;

      beforeAll(async () => {
        server = await startRedisServer({ exclusive: true });
        host = new URL(server.url).host;
      });
      afterAll(async () => {
        await server.stop();
      });

      async function admin(...command: string[]): Promise<unknown> {
        const client = await createRedisClient({ url: server.url });
        const reply = await client.sendCommand(command);
        await client.close();
        return reply;
      }

      async function setPassword(password: string): Promise<void> {
        await admin('ACL', 'SETUSER', 'agent', 'reset', 'on', `>${password}`, '~*', '&*', '+@all');
      }

      /** The connection that has not authenticated yet. */
      async function waitingConnection(): Promise<string> {
        const ids = await connectionsOf('default');
        const own = await connectionsOf('default');
        const waiting = ids.find((id) => own.includes(id));
        if (waiting === undefined) throw new Error('No connection waits for credentials');
        return waiting;
      }

      /** One that is asked over a connection of its own is among them. */
      async function connectionsOf(user: string): Promise<readonly string[]> {
        const list = String(await admin('CLIENT', 'LIST'));
        const lines = list.split('\n').filter((line) => line.includes(` user=${user} `));
        return lines.map((line) => /^id=(\d+)/u.exec(line)?.[1] ?? '');
      }

      /** Whatever a test says at the time. */
      function given(password: () => Promise<string>): RedisCredentialsProvider {
        return {
          type: 'async-credentials-provider',
          credentials: async () => ({ username: 'agent', password: await password() }),
        };
      }

      it('waits while the server and the provider do not have the same password', async () => {
        await setPassword('old');
        let password = 'old';
        const refused = new Signal();
        const client = await createRedisClient({
          url: `redis://${host}`,
          credentialsProvider: given(async () => password),
          onError: ({ message }) => {
            if (message.startsWith('WRONGPASS')) refused.fire();
          },
        });
        const calls = new Calls(client);
        await calls.madeMore(5);
        await setPassword('new');
        await admin('CLIENT', 'KILL', 'USER', 'agent');
        await refused.fired;
        password = 'new';
        await calls.madeMore(5);
        expect(await calls.lost()).toBe(0);
        await client.close();
      });

      it('waits for the right password at the first connect, and for a provider that fails', async () => {
        await setPassword('right');
        const answers = [
          async () => Promise.reject(new Error('no token yet')),
          async () => 'wrong',
          async () => 'right',
        ];
        const client = await createRedisClient({
          url: `redis://${host}`,
          connectTimeoutMs: 60_000,
          credentialsProvider: given(async () => (answers.shift() ?? (async () => 'right'))()),
        });
        expect([await client.sendCommand(['ACL', 'WHOAMI']), answers]).toEqual(['agent', []]);
        await client.close();
      });

      it.each([
        [
          'a password that stays wrong',
          async () => 'wrong',
          'WRONGPASS invalid username-password pair or user is disabled.',
        ],
        [
          'a provider that fails',
          async () => Promise.reject(new Error('no identity')),
          'The credentials provider failed: no identity',
        ],
        ['a provider that gives none', async () => new Promise<string>(() => {}), undefined],
      ])('says why it did not connect: %s', async (_what, password, reason) => {
        await setPassword('right');
        const error = await errorOf(
          createRedisClient({
            url: `redis://${host}`,
            connectTimeoutMs: 3000,
            credentialsProvider: given(password),
          }),
        );
        const why = reason === undefined ? '' : `: ${reason}`;
        const message = `No connection to Redis at ${host} within 3000 ms${why}`;
        expect([error.code, error.message]).toEqual(['CONNECT_FAILED', message]);
      });

      it.each(['a client', 'its connection for messages'])(
        'reconnects %s that breaks before its provider has answered',
        async (which) => {
          await setPassword('right');
          let asked = new Signal();
          const broken = { client: new Signal(), messages: new Signal() };
          let answer = Promise.resolve('right');
          const client = await createRedisClient({
            url: `redis://${host}`,
            // Nothing but the break ends the wait for an answer.
            connectTimeoutMs: 60_000,
            credentialsProvider: given(async () => {
              asked.fire();
              return answer;
            }),
            onError: () => {
              broken.client.fire();
            },
          });
          const subscription = subscriptionOf(
            client,
            undefined,
          )({
            onError: () => {
              broken.messages.fire();
            },
            onResumed: () => {},
            onUnsubscribed: () => {},
            onGivenUp: () => {},
          });
          await subscription.connected;
          const heard = new Signal();
          await subscription.subscribe('channel', () => {
            heard.fire();
          });
          const late = new Signal();
          answer = late.fired.then(() => 'right');
          const isClient = which === 'a client';
          asked = new Signal();
          await admin('CLIENT', 'KILL', 'TYPE', isClient ? 'normal' : 'pubsub');
          await asked.fired;
          const kind = isClient ? 'client' : 'messages';
          broken[kind] = new Signal();
          await admin('CLIENT', 'KILL', 'ID', await waitingConnection());
          await broken[kind].fired;
          answer = Promise.resolve('right');
          late.fire();
          expect(await client.ping()).toBe('PONG');
          await vi.waitUntil(async () => {
            await client.publish('channel', 'message');
            return heard.isFired;
          }, PATIENT);
          subscription.close();
          await client.close();
        },
      );

      it('ends the subscriptions that node-redis forgets when it reconnects', async () => {
        const user = await RotatingUser.create([server]);
        const client = await createRedisClient({
          url: `redis://${host}`,
          credentialsProvider: user,
          onError: () => {},
        });
        for (let kill = 0; kill < 3; kill += 1) {
          await admin('CLIENT', 'KILL', 'USER', user.credentials.username);
          const before = user.subscriptions;
          await vi.waitUntil(() => user.subscriptions > before, PATIENT);
          await client.ping();
        }
        await vi.waitUntil(async () => {
          collectGarbage();
          await sleep(10);
          return user.subscriptions === 1;
        }, PATIENT);
        await user.rotate();
        await vi.waitUntil(async () => (await user.connections()).earlier === 0, PATIENT);
        await client.close();
        expect([user.subscriptions, user.refusals]).toEqual([0, []]);
      });

      it('tells the provider that its credentials were refused, and goes on with those before', async () => {
        const user = await RotatingUser.create([server]);
        const client = await createRedisClient({
          url: `redis://${host}`,
          credentialsProvider: user,
        });
        user.tell({ ...user.credentials, password: 'wrong' });
        await vi.waitUntil(() => user.refusals.length > 0, PATIENT);
        expect(user.refusals.map(({ message }) => message)).toEqual([
          expect.stringContaining('WRONGPASS'),
        ]);
        expect(await client.sendCommand(['ACL', 'WHOAMI'])).toBe(user.credentials.username);
        await client.close();
      });

      it('reports what a provider throws where nobody waits for it', async () => {
        const user = await RotatingUser.create([server]);
        const errors: Error[] = [];
        const options: RedisClientOptions<undefined> = {
          url: `redis://${host}`,
          onError: (error) => errors.push(error),
          credentialsProvider: {
            type: user.type,
            subscribe: user.subscribe,
            onReAuthenticationError: (error) => {
              throw error;
            },
          },
        };
        const client = await createRedisClient(options);
        user.tell({ ...user.credentials, password: 'wrong' });
        await vi.waitUntil(() => errors.length > 0, PATIENT);
        expect(errors.map(({ message }) => message)).toEqual([
          expect.stringMatching(/^The credentials provider failed: .*WRONGPASS/u),
        ]);
        await client.close();
      });
    });
  });
}

/** For what a busy machine may take long for. */
const PATIENT = { timeout: 30_000 };

/** Something that happens once, or so many times. */
class Signal {
  readonly fired: Promise<void>;
  isFired = false;
  #left: number;
  #resolve: () => void = () => {};

  constructor(times = 1) {
    this.#left = times;
    this.fired = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  fire(): void {
    this.#left -= 1;
    if (this.#left > 0) return;
    this.isFired = true;
    this.#resolve();
  }
}

/** Calls one after the other on each of the keys, until they are counted. */
class Calls {
  readonly #runner: ScriptRunner;
  readonly #name = `calls-${Math.random()}`;
  readonly #made = new Map<string, number>();
  readonly #running: Promise<unknown>;
  #isOver = false;

  constructor(client: RedisScriptClient) {
    this.#runner = new ScriptRunner(client, 60_000);
    this.#running = Promise.all(KEYS.map(async (key) => this.#callOn(`${key}${this.#name}`)));
  }

  /** Waits until so many more were made on each key, or one failed. */
  async madeMore(count: number): Promise<void> {
    const before = this.#fewest();
    await Promise.race([
      this.#running,
      vi.waitUntil(() => this.#fewest() >= before + count, PATIENT),
    ]);
  }

  /** Ends the calls, and tells how many of them Redis does not have. */
  async lost(): Promise<number> {
    this.#isOver = true;
    await this.#running;
    let lost = 0;
    for (const [key, made] of this.#made) {
      lost += made - Number(await this.#runner.run(COUNT, [key], []));
    }
    return lost;
  }

  async #callOn(key: string): Promise<void> {
    for (let call = 1; !this.#isOver; call += 1) {
      await this.#runner.run(NOTE, [key], [String(call)]);
      this.#made.set(key, call);
    }
  }

  #fewest(): number {
    return this.#made.size < KEYS.length ? 0 : Math.min(...this.#made.values());
  }
}

async function deploy(kind: Kind): Promise<Deployment> {
  if (kind === 'a cluster') {
    const cluster = await startRedisCluster();
    return {
      servers: cluster.nodes,
      open: async (options) => createRedisClient({ ...options, cluster: cluster.urls }),
      stop: async () => cluster.stop(),
    };
  }
  if (kind === 'sentinels') {
    const deployment = await startRedisSentinel();
    const sentinel = { name: deployment.name, rootNodes: deployment.addresses };
    return {
      servers: deployment.servers,
      open: async (options) => createRedisClient({ ...options, sentinel }),
      stop: async () => deployment.stop(),
    };
  }
  const server = await startRedisServer({ exclusive: true });
  const url = server.url;
  return {
    servers: [server],
    open: async (options) =>
      createRedisClient({ ...options, url, maxConnections: kind === 'a pool' ? 3 : 1 }),
    stop: async () => server.stop(),
  };
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
