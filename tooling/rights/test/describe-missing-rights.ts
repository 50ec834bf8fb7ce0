import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { A2ARedisError } from '@a2a-redis/core';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CONNECTION } from '../src/package-calls.ts';
import { rulesIn } from '../src/documents.ts';
import { ruleOf } from '../src/acl-rules.ts';
import {
  inTurns,
  type RefusedCall,
  refusedFirst,
  type RespTwoClient,
  TestClient,
  Turns,
} from './refused-first.ts';

/** Something that an application does with a package: with its own parts, and beside those of another process. */
export type Step<Parts> = (own: Parts, others: Parts) => Promise<unknown>;

/** A package whose rights are taken away. */
export interface MissingRightsSubject<Parts extends AsyncDisposable> {
  /** Its folder in `packages`. */
  readonly name: string;
  /** Opens what an application uses, under a prefix that follows the default one. */
  readonly open: (client: TestClient, suffix: string) => Parts;
  /** All that it does. */
  readonly steps: Readonly<Record<string, Step<Parts>>>;
  /** Whether steps need what those before them did: one that is refused is taken by the other process then. */
  readonly buildsUp?: boolean;
  /** Whether its steps wait more than they work: so several users take them at once. */
  readonly waits?: boolean;
  /** Rules of calls whose refusal nobody is told: those of a process that stops. */
  readonly untold?: readonly string[];
}

/** What the error of a refused call says: its code, and the rules one of which is missing. */
interface Refusal {
  readonly code: string;
  readonly rules: readonly string[];
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
    let admin: RespTwoClient;

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

    /** Connects a user of these rules, and one who may do anything. */
    async function clientsOf(permitted: readonly string[]): Promise<Clients> {
      const user = { username: randomUUID(), password: 'secret' };
      await admin.aclSetUser(user.username, ['on', `>${user.password}`, ...permitted]);
      const urls = { url: server.url };
      return new Clients(await connect({ ...urls, ...user }), await connect(urls));
    }

    /** Takes all steps as a user of these rules, and those that are refused as one who may do anything. */
    async function errorsOf(permitted: readonly string[]): Promise<readonly A2ARedisError[]> {
      await using clients = await clientsOf(permitted);
      const errors: A2ARedisError[] = [];
      const suffix = `${randomUUID()}:`;
      // Of what is still tried elsewhere, nothing is told here; nor of the damage that a step does.
      const note = (error: unknown): void => {
        if (!(error instanceof A2ARedisError) || error.code === 'CORRUPT_RECORD') return;
        if (isOf(suffix, error)) errors.push(error);
      };
      subscribe(ERRORS, note);
      try {
        await using own = subject.open(new TestClient(clients.refusable), suffix);
        await using others = subject.open(new TestClient(clients.other), suffix);
        for (const step of Object.values(subject.steps)) {
          // What a server has of a script, others may run.
          if (!permitted.includes('+eval')) await admin.scriptFlush();
          const ended = await endOf(step(own, others), LONGEST_STEP_MS);
          if (ended === 'refused' && subject.buildsUp === true) {
            await step(others, others);
          }
        }
      } finally {
        unsubscribe(ERRORS, note);
      }
      return errors;
    }

    /** Takes all steps, each script as a user of these rules, and where that is refused as one who may do anything. */
    async function refusedScripts(permitted: readonly string[]): Promise<readonly RefusedCall[]> {
      await using clients = await clientsOf(permitted);
      const turns = new Turns();
      const refused: RefusedCall[] = [];
      const suffix = `${randomUUID()}:`;
      const { refusable, other } = clients;
      const client = refusedFirst(refusable, other, turns, (call) => refused.push(call));
      await using own = subject.open(client, suffix);
      await using others = subject.open(inTurns(other, turns), suffix);
      for (const [name, step] of Object.entries(subject.steps)) {
        if (!permitted.includes('+eval')) await admin.scriptFlush();
        const work = step(own, others);
        const ended = await endOf(work, LONGEST_WHOLE_STEP_MS);
        if (ended === 'waiting') throw new Error(`The step "${name}" does not end.`);
        await work;
      }
      return refused;
    }

    it('are enough', async () => {
      expect(await errorsOf(rules)).toEqual([]);
      expect(await refusedScripts(rules)).toEqual([]);
    });

    // Those of packages that wait take minutes: see `pnpm test:rights`.
    const isEach = subject.waits !== true || process.env['EVERY_RIGHT'] === '1';
    const taken = isEach ? rules.filter((rule) => !ofClient.has(rule)) : [];
    const without = (rule: string): readonly string[] => rules.filter((each) => each !== rule);

    async function expectNamed(rule: string): Promise<void> {
      const refusals = (await errorsOf(without(rule))).map(refusalOf);
      const refusal = { code: 'COMMAND_FAILED', rules: expect.arrayContaining([rule]) };
      expect(refusals).toEqual(refusals.map(() => refusal));
      // Where a call needs several, the server does not say which is missing. Some call needs no other; but where
      // scripts publish, a channel is asked for as well.
      const isBeside = (each: string): boolean => each !== rule && /^(?:\+publish$|&)/u.test(each);
      const named = refusals.map(({ rules: told }) => told.filter((each) => !isBeside(each)));
      expect(named).toContainEqual([rule]);
    }

    async function expectWhole(rule: string): Promise<void> {
      const refused = await refusedScripts(without(rule));
      expect(refused.filter(({ left }) => left === 'half-written')).toEqual([]);
    }

    // That this one is missing is noticed with scripts that nobody has run before.
    const mayGoAlong = (rule: string): boolean => subject.waits === true && rule !== '+eval';
    const alone = taken.filter((rule) => !mayGoAlong(rule));
    const besideOthers = taken.filter(mayGoAlong);
    const isNamed = 'without one of them, an error names it: %s';
    const isWhole = 'without one of them, no script leaves half of what it writes: %s';
    it.each(alone.filter((rule) => subject.untold?.includes(rule) !== true))(isNamed, expectNamed);
    it.each(alone)(isWhole, expectWhole);
    it.concurrent.each(besideOthers)(isNamed, expectNamed);
    it.concurrent.each(besideOthers)(isWhole, expectWhole);
  });
}

/** For how long a step is awaited that may wait for a user's rights: some are tried again until it has them. */
const LONGEST_STEP_MS = 3000;
/** The same, of a step that nothing keeps from its end. */
const LONGEST_WHOLE_STEP_MS = 30_000;

/** What becomes of a step. */
async function endOf(
  step: Promise<unknown>,
  longestMs: number,
): Promise<'done' | 'refused' | 'waiting'> {
  const ended = step.then(
    () => 'done' as const,
    () => 'refused' as const,
  );
  const late = new AbortController();
  const waiting = sleep(longestMs, 'waiting' as const, { signal: late.signal });
  waiting.catch(() => {});
  try {
    return await Promise.race([ended, waiting]);
  } finally {
    late.abort();
  }
}

/** Whether an error, or what caused it, tells of a key or a channel of a test. */
function isOf(suffix: string, { detail = '' }: A2ARedisError): boolean {
  return detail.includes(suffix);
}

/** Clients of a user, and of one who may do anything. */
class Clients implements AsyncDisposable {
  readonly refusable: RespTwoClient;
  readonly other: RespTwoClient;

  constructor(refusable: RespTwoClient, other: RespTwoClient) {
    this.refusable = refusable;
    this.other = other;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.refusable.close(), this.other.close()]);
  }
}

/** What an error says that is missing; a pattern as in the rules, which stands for all keys or channels of a package. */
function refusalOf({ code, detail = '' }: A2ARedisError): Refusal {
  const { rule, patterns = '' } = NEEDS.exec(detail)?.groups ?? {};
  const named = [...patterns.matchAll(/(?<=^| and )[~&](?:[a-z0-9-]+:){2}/g)].map(
    ([prefix]) => `${prefix}*`,
  );
  const rules = [...(rule === undefined ? [] : [rule]), ...named];
  return { code, rules: rules.length === 0 ? [detail] : rules };
}

async function connect(options: Parameters<typeof createClient>[0]): Promise<RespTwoClient> {
  const client = createClient({ ...options, RESP: 2 });
  client.on('error', () => {});
  await client.connect();
  return client;
}
