/** What reading INFO needs of a client. */
export interface InfoClient {
  /** [INFO](https://redis.io/docs/latest/commands/info/). */
  info(section: string): Promise<string>;
}

/** A number of INFO; 0 where it has none of that name, as for a command that was never called. */
export async function infoNumber(
  client: InfoClient,
  section: string,
  field: string,
): Promise<number> {
  const pattern = new RegExp(`^${field}(?:calls=)?(\\d+)`, 'm');
  return Number(pattern.exec(await client.info(section))?.[1] ?? 0);
}

/** How often scripts were called, and how many commands they ran, up to now. */
export interface ScriptCounters {
  readonly calls: number;
  readonly commands: number;
}

/** Reads {@link ScriptCounters} of a server of which clients ask nothing but scripts. */
export async function readScripts(client: InfoClient): Promise<ScriptCounters> {
  const stats = await client.info('commandstats');
  let [calls, commands] = [0, 0];
  for (const [, name = '', count] of stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (/^(?:evalsha|eval)(?:_ro)?$/.test(name)) calls += Number(count);
    else if (!OF_CLIENTS.test(name)) commands += Number(count);
  }
  return { calls, commands };
}

/** What clients send to say who they are, and benchmarks to ask for counters. */
const OF_CLIENTS = /^(?:info|hello|client\|.*|select|ping|subscribe|unsubscribe)$/;

/** What a server has counted up to now. */
export interface ServerCounters {
  /** Calls of scripts. */
  readonly scriptCalls: number;
  readonly appendOnlyFileBytes: number;
  /** Bytes that all clients have sent. */
  readonly receivedBytes: number;
}

/** The command that the second of two {@link readCounters} adds to what is received. */
export const COUNTING_COMMAND: readonly string[] = ['INFO', 'stats'];

/** Reads counters; between two readings, only the second reading's own first command is counted. */
export async function readCounters(client: InfoClient, isFirst: boolean): Promise<ServerCounters> {
  const others = async (): Promise<Omit<ServerCounters, 'receivedBytes'>> => ({
    scriptCalls:
      (await infoNumber(client, 'commandstats', 'cmdstat_evalsha:')) +
      (await infoNumber(client, 'commandstats', 'cmdstat_eval:')),
    appendOnlyFileBytes: await infoNumber(client, 'persistence', 'aof_current_size:'),
  });
  const early = isFirst ? await others() : undefined;
  const receivedBytes = await infoNumber(client, 'stats', 'total_net_input_bytes:');
  return { ...(early ?? (await others())), receivedBytes };
}
