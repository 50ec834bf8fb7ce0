import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { randomUUID } from 'node:crypto';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { A2ARedisError } from '@a2a-redis/core';
import { createClient, type RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CONNECTION } from '../src/package-calls.ts';
import { rulesIn } from '../src/documents.ts';
import { ruleOf } from '../src/acl-rules.ts';
import { Turns, watchWrites } from './watch-writes.ts';

/** Something that an application does with a package: with its own parts, and beside those of another process. */
export type Step<Parts> = (own: Parts, others: Parts) => Promise<unknown>;

/** A package whose rights are taken away. */
export interface MissingRightsSubject<Parts extends AsyncDisposable> {
  /** Its folder in `packages`. */
  readonly name: string;
  /** Opens what an application uses, under a prefix that follows the default one. */
  readonly open: (client: RedisClientType, suffix: string) => Promise<Parts>;
  /** All that it does. One that is refused is taken by the other process, for those that follow. */
  readonly steps: Readonly<Record<string, Step<Parts>>>;
}

/** What the error of a refused call says: its code, and the rules one of which is missing. */
interface Refusal {
  readonly code: string;
  readonly rules: readonly string[];
}

/** What came of all steps. */
interface Outcome {
  readonly refusals: readonly Refusal[];
  readonly failed: readonly string[];
  readonly halfWritten: readonly unknown[];
}

const ERRORS = 'a2a-redis:error';
const NEEDS =
  /: it needs (?<rule>\+[a-z|.]+)?(?:, and )?(?:(?:a pattern|patterns) such as (?<patterns>[~&].*))?\.$/;

/** Declares tests of a user that has the rules of a package's README, and of one that lacks any of them. */
export function describeMissingRights<Parts extends AsyncDisposable>(
  subject: MissingRightsSubject<Parts>,
): void {
  describe(`the rights of ${subject.name}`, () => {
    const rules = rulesIn(`packages/${subject.name}/README.md`, 'single');
    // What a client needs by itself is tried with clients: see connection.test.ts.
    const ofClient = new Set(CONNECTION.single.map(ruleOf));
    let server: RedisServer;
    let admin: RedisClientType;

    beforeAll(async () => {
      server = await startRedisServer({
        exclusive: true,
        processControl: true,
        config: { 'enable-debug-command': 'yes' },
      });
      admin = await connect({ url: server.url });
    });
    afterAll(async () => {
      admin.destroy();
      await server.stop();
    });

    /** Takes all steps as a user with these rules. */
    async function outcomeOf(permitted: readonly string[]): Promise<Outcome> {
      const user = { username: randomUUID(), password: 'secret' };
      await admin.aclSetUser(user.username, ['on', `>${user.password}`, ...permitted]);
      const turns = new Turns();
      const [client, other] = await Promise.all([
        connect({ url: server.url, ...user }),
        connect({ url: server.url }),
      ]);
      const halfWritten = watchWrites(client, admin, turns);
      watchWrites(other, admin, turns);
      const errors: A2ARedisError[] = [];
      const note = (error: unknown): void => {
        if (error instanceof A2ARedisError) errors.push(error);
      };
      const failed: string[] = [];
      subscribe(ERRORS, note);
      try {
        const suffix = `${randomUUID()}:`;
        await using own = await subject.open(client, suffix);
        await using others = await subject.open(other, suffix);
        for (const [name, step] of Object.entries(subject.steps)) {
          // What a server has of a script, others may run.
          if (!permitted.includes('+eval')) await admin.scriptFlush();
          try {
            await step(own, others);
          } catch (error) {
            failed.push(`${name}: ${String(error)}`);
            await step(others, others);
          }
        }
      } finally {
        unsubscribe(ERRORS, note);
      }
      await Promise.all([client.close(), other.close()]);
      return { refusals: errors.map(refusalOf), failed, halfWritten };
    }

    it('are enough', async () => {
      expect(await outcomeOf(rules)).toEqual({ refusals: [], failed: [], halfWritten: [] });
    });

    it.each(rules.filter((rule) => !ofClient.has(rule)))(
      'without one of them, an error names it: %s',
      async (rule) => {
        const { refusals, halfWritten } = await outcomeOf(
          rules.filter((each) => each !== rule),
        );
        const named = { code: 'COMMAND_FAILED', rules: expect.arrayContaining([rule]) };
        expect(refusals).toEqual(refusals.map(() => named));
        // Where a call needs several, the server does not say which is missing. Some call needs no other.
        expect(refusals).toContainEqual({ code: 'COMMAND_FAILED', rules: [rule] });
        expect(halfWritten).toEqual([]);
      },
    );
  });
}

/** What an error says that is missing; a pattern as in the rules, which stands for all keys or channels of a package. */
function refusalOf({ code, detail = '' }: A2ARedisError): Refusal {
  const { rule, patterns = '' } = NEEDS.exec(detail)?.groups ?? {};
  const named = [...patterns.matchAll(/(?<=^| and )[~&](?:[a-z0-9-]+:){2}/g)].map(([prefix]) => `${prefix}*`);
  const rules = [...(rule === undefined ? [] : [rule]), ...named];
  return { code, rules: rules.length === 0 ? [detail] : rules };
}

async function connect(options: Parameters<typeof createClient>[0]): Promise<RedisClientType> {
  const client: RedisClientType = createClient({ ...options, RESP: 2 }) as never;
  client.on('error', () => {});
  await client.connect();
  return client;
}
