/**
 * How much a finding matters:
 *
 * - `error`: a package does not work on this server, or does not keep what it promises.
 * - `warning`: it does, until something else goes wrong as well.
 * - `unknown`: the server does not tell. It may be as bad as an error.
 * - `info`: good to know; nothing need be done.
 */
export type RedisDoctorSeverity = 'error' | 'warning' | 'unknown' | 'info';

/** What was found, as a stable text to branch on: see the table in docs/doctor.md. */
export type RedisDoctorFindingCode =
  | 'SCRIPTS_REFUSED'
  | 'SERVER_TOO_OLD'
  | 'COMMANDS_MISSING'
  | 'JSON_MISSING'
  | 'COMMANDS_DENIED'
  | 'KEYS_DENIED'
  | 'CHANNELS_DENIED'
  | 'CLUSTER_DOWN'
  | 'CLUSTER_CLIENT_NEEDED'
  | 'NODE_UNREACHABLE'
  | 'IS_REPLICA'
  | 'REPLICAS_MISSING'
  | 'EVICTS_ANY_KEY'
  | 'EVICTS_QUEUE_STATE'
  | 'MEMORY_FULL'
  | 'PERSISTENCE_FAILS'
  | 'PUBSUB_BUFFER_BELOW_MESSAGE'
  | 'EVICTS_ANY_KEY_IF_LIMITED'
  | 'EVICTS_EXPIRING_KEYS'
  | 'MEMORY_NEARLY_FULL'
  | 'NO_PERSISTENCE'
  | 'ONLY_SNAPSHOTS'
  | 'FSYNC_BY_SYSTEM'
  | 'PUBSUB_BUFFER_SMALL'
  | 'CLOCK_DIFFERS'
  | 'SLOW_ROUND_TRIP'
  | 'VERSION_UNKNOWN'
  | 'COMMANDS_UNKNOWN'
  | 'PERMISSIONS_UNKNOWN'
  | 'CLUSTER_UNKNOWN'
  | 'EVICTION_UNKNOWN'
  | 'MEMORY_UNKNOWN'
  | 'PERSISTENCE_UNKNOWN'
  | 'REPLICAS_UNKNOWN'
  | 'PUBSUB_BUFFER_UNKNOWN'
  | 'IDLE_TIMEOUT_UNKNOWN'
  | 'CLOCK_UNKNOWN'
  | 'SERVER_NOT_TRIED'
  | 'SEARCH_MISSING'
  | 'NO_MEMORY_LIMIT'
  | 'NO_REPLICA'
  | 'FAILOVER_LOSES_WRITES'
  | 'FSYNC_EVERY_SECOND'
  | 'IDLE_TIMEOUT';

/** What a code stands for. */
export interface FindingText {
  readonly severity: RedisDoctorSeverity;
  readonly meaning: string;
  readonly advice: string;
}

/**
 * What each code stands for, in the order in which a report has them. docs/doctor.md shows the same, which a test of
 * `tooling/checks` compares.
 */
export const FINDING_TEXTS: Readonly<Record<RedisDoctorFindingCode, FindingText>> = {
  SCRIPTS_REFUSED: {
    severity: 'error',
    meaning: 'Every call of every package is a script: none of them works here.',
    advice:
      'Enable `EVAL` and `EVALSHA` on the server, and permit both to the user: `+eval +evalsha`.',
  },
  SERVER_TOO_OLD: {
    severity: 'error',
    meaning:
      'Scripts of the packages call what older servers do not know. Calls fail with `SERVER_UNSUPPORTED`, some of them only under load or after a fault.',
    advice: 'Use Redis 6.2 or newer, for queues on a cluster 7.0 or newer, or Valkey.',
  },
  COMMANDS_MISSING: {
    severity: 'error',
    meaning:
      'The server does not know commands that the packages call: it is too old, its commands were renamed, or it is another product. Calls fail with `SERVER_UNSUPPORTED`.',
    advice: 'Take out the `rename-command` lines of its configuration, or use another server.',
  },
  JSON_MISSING: {
    severity: 'error',
    meaning:
      '`RedisJSONTaskStore` does not work here: its first call fails with `SERVER_UNSUPPORTED`.',
    advice:
      'Use Redis 8, load the JSON module, or keep tasks with `@a2a-redis/task-store`, which needs none.',
  },
  COMMANDS_DENIED: {
    severity: 'error',
    meaning:
      'The user may not run commands that the packages call. Calls fail with `COMMAND_FAILED`.',
    advice:
      'Permit them: `ACL SETUSER <user>` with `+<command>` for each, or with the categories that hold them.',
  },
  KEYS_DENIED: {
    severity: 'error',
    meaning:
      'The user has no access, or none to write, to the keys of a package. Each call is refused with `COMMAND_FAILED`.',
    advice:
      'Permit them: `ACL SETUSER <user> ~<prefix>*`. Where another prefix is used, tell it in the option `packages`.',
  },
  CHANNELS_DENIED: {
    severity: 'error',
    meaning:
      'Queue managers cannot tell other replicas of events, or not hear of them: subscribers elsewhere get `EVENTS_LOST`.',
    advice:
      'Permit commands and channels: `ACL SETUSER <user> &<prefix>* +publish +subscribe +unsubscribe`, on a cluster `+spublish +ssubscribe +sunsubscribe`.',
  },
  CLUSTER_DOWN: {
    severity: 'error',
    meaning:
      'The cluster does not serve all of its slots: calls wait, and fail with `DEADLINE_EXCEEDED`.',
    advice:
      'Bring the missing nodes back, or give their slots to others: `redis-cli --cluster check`.',
  },
  CLUSTER_CLIENT_NEEDED: {
    severity: 'error',
    meaning:
      'The client knows one node of a cluster, which sends it elsewhere for most keys: calls fail with `SERVER_UNSUPPORTED`.',
    advice: 'Connect with a cluster client: `createRedisClient({ cluster: [url] })`.',
  },
  NODE_UNREACHABLE: {
    severity: 'error',
    meaning: 'Tasks whose keys are on this node can be neither read nor written.',
    advice:
      'Look after the node, and at the network between it and this process. What else holds of it is not known.',
  },
  IS_REPLICA: {
    severity: 'error',
    meaning: 'A replica takes no writes: calls fail with `SERVER_UNSUPPORTED`.',
    advice: 'Connect to its primary; where that changes, with a sentinel or a cluster client.',
  },
  REPLICAS_MISSING: {
    severity: 'error',
    meaning:
      'The server refuses writes until enough replicas follow it (`min-replicas-to-write`): calls wait, and fail with `DEADLINE_EXCEEDED`.',
    advice: 'Bring replicas back, or lower `min-replicas-to-write`.',
  },
  EVICTS_ANY_KEY: {
    severity: 'error',
    meaning:
      'When its memory is full, the server removes any key: tasks, webhook configs, and who executes what vanish without an error, and nobody is told.',
    advice: 'Set `maxmemory-policy noeviction`, and put caches on another server.',
  },
  EVICTS_QUEUE_STATE: {
    severity: 'error',
    meaning:
      "When its memory is full, the server removes keys that expire. All keys of queue managers do, and those of webhooks that wait: events are lost, tasks are taken for ended, or for nobody's, and webhooks are not sent.",
    advice: 'Set `maxmemory-policy noeviction`, and put caches on another server.',
  },
  MEMORY_FULL: {
    severity: 'error',
    meaning:
      'The server refuses writes: events and tasks cannot be stored, and calls fail with `COMMAND_FAILED`.',
    advice:
      'Raise `maxmemory`, or set `ttlSeconds`, `retentionSeconds` and `maxEventsPerTask` lower.',
  },
  PERSISTENCE_FAILS: {
    severity: 'error',
    meaning:
      'The server cannot write to its disk. A restart loses what came since, and by default it refuses writes meanwhile (`stop-writes-on-bgsave-error`).',
    advice: 'Look at the log and the disk of the server: space, permissions, memory for the fork.',
  },
  PUBSUB_BUFFER_BELOW_MESSAGE: {
    severity: 'error',
    meaning:
      'A single long event closes the connection of every subscriber that it is sent to, and does so again when it is repeated.',
    advice:
      'Raise the limit: `client-output-buffer-limit pubsub 32mb 8mb 60` is the default of Redis.',
  },
  EVICTS_ANY_KEY_IF_LIMITED: {
    severity: 'warning',
    meaning:
      'Nothing is removed as long as the memory has no limit. From the moment at which it gets one, the server removes keys when it is full.',
    advice: 'Set `maxmemory-policy noeviction`.',
  },
  EVICTS_EXPIRING_KEYS: {
    severity: 'warning',
    meaning:
      'When its memory is full, the server removes keys that expire: tasks and webhook configs vanish before their time, if the option `ttlSeconds` is set. Without it they stay.',
    advice: 'Set `maxmemory-policy noeviction`, or use no `ttlSeconds`.',
  },
  MEMORY_NEARLY_FULL: {
    severity: 'warning',
    meaning:
      'When its memory is full, the server refuses writes, or removes keys, as its policy says.',
    advice:
      'Raise `maxmemory`, or set `ttlSeconds`, `retentionSeconds` and `maxEventsPerTask` lower.',
  },
  NO_PERSISTENCE: {
    severity: 'warning',
    meaning:
      'A restart of the server loses all tasks, events and webhook configs. One with replicas that starts again by itself empties them, too.',
    advice: 'Set `appendonly yes`, or rent a server with persistence.',
  },
  ONLY_SNAPSHOTS: {
    severity: 'warning',
    meaning:
      'A crash of the server loses what was written since the last snapshot, which can be minutes: tasks go back to an earlier state, or are gone.',
    advice: 'Set `appendonly yes`.',
  },
  FSYNC_BY_SYSTEM: {
    severity: 'warning',
    meaning:
      'The operating system decides when writes reach the disk: a crash of the machine can lose half a minute of them.',
    advice: 'Set `appendfsync everysec`, or `always`.',
  },
  PUBSUB_BUFFER_SMALL: {
    severity: 'warning',
    meaning:
      'Subscribers that are behind for a moment are disconnected: they connect again and catch up, which costs time and reads.',
    advice:
      'Raise the limit: `client-output-buffer-limit pubsub 32mb 8mb 60` is the default of Redis.',
  },
  CLOCK_DIFFERS: {
    severity: 'warning',
    meaning:
      "Status times are those of processes: lists sort tasks of several processes wrongly, and index entries of expired tasks are looked at too early or too late. Leases are not concerned: the server's clock decides.",
    advice: 'Synchronise the clocks of both machines (NTP).',
  },
  SLOW_ROUND_TRIP: {
    severity: 'warning',
    meaning:
      'Each step of a task waits for at least one round trip: events come late, and a process may not renew its lease in time when the network gets worse.',
    advice: 'Run agent and server in one region, and look for what is between them.',
  },
  VERSION_UNKNOWN: {
    severity: 'unknown',
    meaning: 'Whether the server is new enough is not known.',
    advice: 'See that it is Redis 6.2 or newer, for queues on a cluster 7.0 or newer, or Valkey.',
  },
  COMMANDS_UNKNOWN: {
    severity: 'unknown',
    meaning: 'Whether the server knows, and the user may run, what the packages call is not known.',
    advice: 'Mend what else is said of scripts first, then ask again.',
  },
  PERMISSIONS_UNKNOWN: {
    severity: 'unknown',
    meaning:
      'The server has no way to ask which commands, keys and channels a user may use. One that is missing shows when it is first called.',
    advice:
      'Compare the rules of the user with the commands, key patterns and channels in the README of each package.',
  },
  CLUSTER_UNKNOWN: {
    severity: 'unknown',
    meaning: 'Whether the cluster serves all of its slots is not known.',
    advice: 'Permit `+cluster` to the user, or look at it with another one.',
  },
  EVICTION_UNKNOWN: {
    severity: 'unknown',
    meaning:
      'Many rented servers remove keys when their memory is full, as a default: tasks would vanish without an error.',
    advice: 'See in the settings of the server that its eviction policy is `noeviction`.',
  },
  MEMORY_UNKNOWN: {
    severity: 'unknown',
    meaning: 'How much memory the server has left is not known.',
    advice: 'See in the settings, and watch, that tasks have room.',
  },
  PERSISTENCE_UNKNOWN: {
    severity: 'unknown',
    meaning: 'What a restart or a crash of the server loses is not known.',
    advice:
      'See in the settings of the server that it has an append-only file, or something as good.',
  },
  REPLICAS_UNKNOWN: {
    severity: 'unknown',
    meaning:
      'What a failover of the server loses, and whether there is anything to fail over to, is not known.',
    advice: 'See in the settings of the server how many replicas it has.',
  },
  PUBSUB_BUFFER_UNKNOWN: {
    severity: 'unknown',
    meaning: 'Whether long events disconnect subscribers is not known.',
    advice:
      'See in the settings of the server that `client-output-buffer-limit pubsub` is 32 MB or more.',
  },
  IDLE_TIMEOUT_UNKNOWN: {
    severity: 'unknown',
    meaning: 'Whether the server closes connections that are quiet is not known.',
    advice: 'Use `createRedisClient`, or set `pingInterval` on a client of your own.',
  },
  CLOCK_UNKNOWN: {
    severity: 'unknown',
    meaning: 'Whether clocks differ, and how long a call takes, is not known.',
    advice: 'Permit `+time` to the user. Scripts of the packages call it, too.',
  },
  SERVER_NOT_TRIED: {
    severity: 'info',
    meaning:
      'The tests of the packages run on Redis and Valkey. What this server does differently is not known to them.',
    advice: 'Run the tests of your agent on it before you rely on it.',
  },
  SEARCH_MISSING: {
    severity: 'info',
    meaning: '`search` of `RedisJSONTaskStore` fails with `SERVER_UNSUPPORTED`; all else works.',
    advice: 'Use Redis 8, or load a search module that indexes JSON, if you search.',
  },
  NO_MEMORY_LIMIT: {
    severity: 'info',
    meaning: 'The server takes what it needs, until the operating system ends it.',
    advice: 'Set `maxmemory` below what the machine has, with `maxmemory-policy noeviction`.',
  },
  NO_REPLICA: {
    severity: 'info',
    meaning: 'Nothing takes over where the server is lost. It is waited for until it is back.',
    advice: 'Nothing, where that will do. Else add a replica, with sentinels or a cluster.',
  },
  FAILOVER_LOSES_WRITES: {
    severity: 'info',
    meaning:
      'A failover can lose what was acknowledged a moment before. The packages notice, and tell subscribers.',
    advice:
      'Nothing, where that will do. `min-replicas-to-write 1` narrows the window, and refuses writes where no replica follows.',
  },
  FSYNC_EVERY_SECOND: {
    severity: 'info',
    meaning: 'A crash of the machine can lose the last second or two of writes.',
    advice:
      'Nothing, where that will do. Else set `appendfsync always`, which makes each write slower.',
  },
  IDLE_TIMEOUT: {
    severity: 'info',
    meaning:
      'The server closes connections that are quiet for so long. Clients connect again, and report an error each time.',
    advice:
      'Use `createRedisClient`, which sends a PING every 10 seconds, or set `pingInterval` on a client of your own.',
  },
};
