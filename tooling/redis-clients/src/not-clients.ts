import * as v6 from 'redis';

const refusal = (what: string): string =>
  `Option "client" must be a client of node-redis 5 or 6, such as \`await createRedisClient()\` gives, not ${what}.`;

/** What is passed for a client by mistake, each with what is said of it. */
export const NOT_CLIENTS: readonly (readonly [string, unknown])[] = [
  [refusal('undefined'), undefined],
  [refusal('a URL'), 'redis://localhost:6379'],
  [refusal('a promise of one: await it'), Promise.resolve(v6.createClient())],
  [
    refusal('one of ioredis: pass `fromIoredis(client)` of @a2a-redis/ioredis'),
    { evalsha: ignore, eval: ignore, subscribe: ignore },
  ],
  [refusal('what its `legacy()` or `multi()` gives'), v6.createClient().legacy()],
  [refusal('an object without `evalSha` and `eval`'), {}],
];

function ignore(): void {}
