import type { RedisServerOptions, RedisServerSource } from './redis-server.ts';
import type { PlannedWay } from './way.ts';

/** What the plan depends on besides the options. */
export interface Machine {
  readonly redisUrl: string | undefined;
  /** Whether no other server than that of `redisUrl` will do. */
  readonly onlyRedisUrl: boolean;
  /** Of the user; undefined where there is none (Windows). */
  readonly userId: number | undefined;
  /** The text of `/etc/os-release`, or empty. */
  readonly osRelease: string;
}

type Need = keyof RedisServerOptions;

/** What a way cannot give. `REDIS_URL` is not here, as it can give none of it. */
const IMPOSSIBLE: Readonly<Partial<Record<RedisServerSource, readonly Need[]>>> = {
  docker: ['unixSocket', 'modulePath', 'sentinel', 'persistence', 'processControl'],
  // It compiles Redis without TLS.
  'redis-memory-server': ['tls'],
};

/** The ways in the order in which they are tried, each with why it is left out, if it is. */
export function planWays(options: RedisServerOptions, machine: Machine): readonly PlannedWay[] {
  const needs = needsOf(options);
  const planned = (source: RedisServerSource): PlannedWay => {
    const missing = needs.filter((need) => IMPOSSIBLE[source]?.includes(need));
    return { source, refusal: missing.length === 0 ? undefined : `without ${missing.join(', ')}` };
  };
  const given = { source: 'REDIS_URL', refusal: refusalOfUrl(needs, machine.redisUrl) } as const;
  const own: readonly PlannedWay[] = [
    planned('redis-server'),
    planned('valkey-server'),
    planned('docker'),
    planned('redis-memory-server'),
    { source: 'apt-get', refusal: refusalOfAptGet(machine) },
  ];
  if (!machine.onlyRedisUrl) return [given, ...own];
  return [given, ...own.map(({ source }) => ({ source, refusal: 'REDIS_URL_ONLY is set' }))];
}

/** The names of the options that a server given to us does not have. */
function needsOf(options: RedisServerOptions): readonly Need[] {
  const { persistence, password, tls, unixSocket, modulePath, sentinel, config } = options;
  const { processControl, exclusive } = options;
  const wanted: readonly (readonly [Need, boolean])[] = [
    ['persistence', persistence === true],
    ['password', password !== undefined],
    ['tls', tls === true],
    ['unixSocket', unixSocket === true],
    ['modulePath', modulePath !== undefined],
    ['sentinel', sentinel === true],
    ['config', Object.keys(config ?? {}).length > 0],
    ['processControl', processControl === true],
    ['exclusive', exclusive === true],
  ];
  return wanted.filter(([, isWanted]) => isWanted).map(([need]) => need);
}

function refusalOfUrl(needs: readonly Need[], url: string | undefined): string | undefined {
  if (url === undefined || url === '') return 'not set';
  return needs.length === 0 ? undefined : `not a server of our own, for ${needs.join(', ')}`;
}

function refusalOfAptGet({ userId, osRelease }: Machine): string | undefined {
  const isDebian = /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease);
  if (!isDebian) return 'not Debian or Ubuntu';
  return userId === 0 ? undefined : 'not root';
}
