type ChannelType = 'SHARDED' | 'CHANNELS';
type NodeListener = (channel: string) => void;

/** One connection of a cluster client, as far as its messages are concerned. */
interface NodeClient {
  /** Back after a break; given up, as its node is no longer one; moved by the server. */
  on(event: 'ready' | 'end', listener: () => void): unknown;
  on(event: 'sharded-channel-moved', listener: NodeListener): unknown;
  off(event: 'ready' | 'end', listener: () => void): unknown;
  off(event: 'sharded-channel-moved', listener: NodeListener): unknown;
  getPubSubListeners(type: ChannelType): ReadonlyMap<string, unknown>;
}

interface NodeEntry {
  readonly client: NodeClient;
}

/** A cluster client of node-redis, which keeps connections for messages beside those for commands. */
export interface WatchableCluster {
  readonly isOpen: boolean;
  readonly masters: readonly { readonly pubSub?: NodeEntry | undefined }[];
  readonly pubSubNode?: NodeEntry | undefined;
}

/** node-redis gives its cluster client, and only that, a `pubSubNode` and a `masters` list. */
export function isWatchableCluster(client: object): client is WatchableCluster {
  return 'masters' in client && 'pubSubNode' in client && 'isOpen' in client;
}

/**
 * Tells when a connection that receives messages of a cluster was lost and is back, or a channel was
 * moved, and of which channels messages may be lost. The cluster client itself tells only that one of
 * its connections, of whatever kind, tries to connect; so the connections are watched one by one.
 */
export class ClusterWatch {
  readonly #cluster: WatchableCluster;
  readonly #type: ChannelType;
  readonly #onLost: (channels: readonly string[]) => void;
  /** The connection of each channel. */
  readonly #servers = new Map<string, NodeClient>();
  readonly #watched = new Map<NodeClient, () => void>();

  /**
   * @param onLost Called with channels of which messages may be lost, and which may not be subscribed to
   *   any more.
   */
  constructor(
    cluster: WatchableCluster,
    isSharded: boolean,
    onLost: (channels: readonly string[]) => void,
  ) {
    this.#cluster = cluster;
    this.#type = isSharded ? 'SHARDED' : 'CHANNELS';
    this.#onLost = onLost;
  }

  /** Notes that a channel was subscribed to. */
  add(channel: string): void {
    const { masters, pubSubNode } = this.#cluster;
    const entries = [...masters.map(({ pubSub }) => pubSub), pubSubNode];
    const serving = entries.find((entry) =>
      entry?.client.getPubSubListeners(this.#type).has(channel),
    );
    if (serving === undefined) return;
    this.#servers.set(channel, serving.client);
    this.#watch(serving.client);
  }

  /** Notes that a channel is about to be left. */
  remove(channel: string): void {
    this.#servers.delete(channel);
  }

  close(): void {
    for (const unwatch of this.#watched.values()) unwatch();
    this.#watched.clear();
    this.#servers.clear();
  }

  #watch(client: NodeClient): void {
    if (this.#watched.has(client)) return;
    const onReady = (): void => {
      this.#lose(this.#channelsOf(client));
    };
    const onMoved = (channel: string): void => {
      if (this.#servers.get(channel) === client) this.#lose([channel]);
    };
    const onEnd = (): void => {
      unwatch();
      this.#watched.delete(client);
      onReady();
    };
    const unwatch = (): void => {
      client.off('ready', onReady);
      client.off('sharded-channel-moved', onMoved);
      client.off('end', onEnd);
    };
    client.on('ready', onReady);
    client.on('sharded-channel-moved', onMoved);
    client.on('end', onEnd);
    this.#watched.set(client, unwatch);
  }

  #channelsOf(client: NodeClient): readonly string[] {
    const channels: string[] = [];
    for (const [channel, server] of this.#servers) if (server === client) channels.push(channel);
    return channels;
  }

  #lose(channels: readonly string[]): void {
    if (channels.length > 0 && this.#cluster.isOpen) this.#onLost(channels);
  }
}
