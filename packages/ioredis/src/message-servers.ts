import slotOf from 'cluster-key-slot';

import { closedError, movedError } from './call-error.ts';
import type { IoredisCluster, IoredisConnection } from './driver.ts';

/** The servers that messages come from. */
export interface MessageServers {
  /**
   * Resolves once it is known which there are.
   *
   * @throws {CallError} `closed` where the client is closed before.
   */
  known(): Promise<void>;
  /**
   * Which one has the messages of a channel, as far as is known: in a cluster, the one of its hash slot, also for a
   * plain channel, which all have.
   */
  serverOf(channel: string): string | undefined;
  /**
   * Makes a connection to one, which is not connected yet.
   *
   * @throws {CallError} `busy` where it is none of the cluster's now.
   */
  open(server: string): IoredisConnection;
  /** Finds out anew which server has which channel. What came of it is told to `onChange`. */
  look(): Promise<void>;
  /**
   * Calls back whenever that was found out.
   *
   * @returns Stops that.
   */
  onChange(callback: () => void): () => void;
}

/** What is different on a connection for messages. */
const FOR_MESSAGES = {
  lazyConnect: true,
  // Subscriptions are made again by who is told that messages may have been lost, or else by `MessageConnection`.
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  // They wait for the server, however long it is away.
  maxRetriesPerRequest: null,
  commandTimeout: undefined,
  // ioredis 5 would send SSUBSCRIBE in a pipeline, and any version put the prefix before its channels.
  enableAutoPipelining: false,
  keyPrefix: '',
} as const;

const ONLY_SERVER = '';

/** One server, or the one that sentinels name: its connection comes back as the options of the client say. */
export function oneServer(client: IoredisConnection): MessageServers {
  return {
    known: async () => {},
    serverOf: () => ONLY_SERVER,
    open: () => client.duplicate(FOR_MESSAGES),
    look: async () => {},
    onChange: () => () => {},
  };
}

/** The primaries of a cluster, as its client knows them. */
export function clusterServers(cluster: IoredisCluster): MessageServers {
  const look = async (): Promise<void> =>
    new Promise((resolve) => {
      cluster.refreshSlotsCache(() => {
        resolve();
      });
    });
  return {
    known: async () => untilKnown(cluster),
    serverOf: (channel) => cluster.slots[slotOf(channel)]?.[0],
    open: (server) => {
      const node = cluster
        .nodes('all')
        .find(({ options }) => `${options.host}:${options.port}` === server);
      if (node === undefined) throw movedError();
      return node.duplicate({ ...FOR_MESSAGES, retryStrategy, readOnly: false });
    },
    look,
    onChange: (callback) => {
      cluster.on('refresh', callback);
      return () => cluster.off('refresh', callback);
    },
  };
}

/** The connections of a cluster client do not come back by themselves: it opens others. */
function retryStrategy(attempts: number): number {
  return Math.min(attempts * 50, 2000);
}

async function untilKnown(cluster: IoredisCluster): Promise<void> {
  // It connects at its first command, which this is one of. What goes wrong then, its events tell.
  if (cluster.status === 'wait') cluster.connect().catch(() => undefined);
  if (cluster.status === 'end') throw closedError();
  if (cluster.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const settle = (result: () => void) => (): void => {
      cluster.off('ready', ready);
      cluster.off('end', ended);
      result();
    };
    const ready = settle(resolve);
    const ended = settle(() => {
      reject(closedError());
    });
    cluster.on('ready', ready);
    cluster.on('end', ended);
  });
}
