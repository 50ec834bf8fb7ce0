import { detailedError } from '../shared/detailed-error.ts';
import { A2ARedisError } from '../shared/errors.ts';
import { commandFault } from '../redis/command-fault.ts';
import { withDeadline } from '../redis/deadline.ts';
import { isClusterClient, type RedisScriptClient } from '../redis/script-client.ts';
import { ScriptRunner } from '../redis/script-runner.ts';
import { defineScript, type RedisScript } from '../redis/script.ts';
import { runtimeOf, useRuntime } from '../runtime/client-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Fact } from './facts/fact.ts';
import serverCommandSource from './scripts/server-command.lua';

const serverCommandScript: RedisScript = /* @__PURE__ */ defineScript(
  'server-command',
  serverCommandSource,
  { writes: 'sometimes' },
);

type Command = Parameters<ScriptRunner['command']>[0];

/** One server, as a client reaches it, and questions to it. */
export class AskedNode {
  /** `host:port` of a node of a cluster; `undefined` for what the client knows as one server. */
  readonly address: string | undefined;
  readonly runtime: Runtime;
  readonly runner: ScriptRunner;
  readonly #deadlineAt: number;
  /** A cluster client would choose a node of its own for a command, as for a script without keys. */
  readonly #sendsCommands: boolean;

  /** @param deadlineAt Until when it may answer, on the clock of the client's runtime. */
  constructor(client: RedisScriptClient, address: string | undefined, deadlineAt: number) {
    const runtime = runtimeOf(client);
    this.address = address;
    this.runtime = runtime;
    const deadlineMs = Math.max(1, Math.round(deadlineAt - runtime.now()));
    this.runner = new ScriptRunner(client, deadlineMs, { takesAnyServer: true });
    this.#deadlineAt = deadlineAt;
    this.#sendsCommands = 'sendCommand' in client && !isClusterClient(client);
  }

  /**
   * Asks by a command, again while the server is away: as such, where the client sends any, or by a script.
   *
   * @returns The reply, in whatever form the protocol has it; or why the server refused.
   * @throws {A2ARedisError} What keeps the server from answering at all.
   */
  async ask(...args: Command): Promise<Fact<unknown>> {
    const name = args.slice(0, 2).join(' ');
    return this.#sendsCommands
      ? factOf(name, this.runner.command(args, this.#deadlineAt))
      : factOf(name, this.#run(serverCommandScript, args));
  }

  /** Asks by a script: see {@link ask}. */
  async askScript(script: RedisScript, args: readonly string[]): Promise<Fact<unknown>> {
    return factOf('a script', this.#run(script, args));
  }

  async #run(script: RedisScript, args: readonly string[]): Promise<unknown> {
    return this.runner.run(script, [], args, this.#deadlineAt);
  }
}

/** @param name What was asked, for the reason. */
async function factOf(name: string, answer: Promise<unknown>): Promise<Fact<unknown>> {
  try {
    return { value: await answer };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return { because: `the server refused ${name}: ${refusal}` };
  }
}

/** What a server said that refuses a question; `undefined` where it did not come to that. */
export function refusalOf(error: unknown): string | undefined {
  const { cause: reply } = error instanceof A2ARedisError ? error : { cause: undefined };
  if (!(reply instanceof Error) || commandFault(reply) !== 'refused') return undefined;
  // Servers repeat the arguments of what they do not know.
  return reply.message.replace(/,? with args beginning with:.*$/s, '').replace(/[.\s]+$/, '');
}

/** A cluster client, which gives a client for each of its nodes. */
interface NodesClient extends RedisScriptClient {
  readonly masters: readonly { readonly address: string }[];
  nodeClient(node: { readonly address: string }): RedisScriptClient | Promise<RedisScriptClient>;
}

function hasNodes(client: RedisScriptClient): client is NodesClient {
  return isClusterClient(client) && 'masters' in client && Array.isArray(client.masters);
}

/** A server to ask, which has to be connected to first. */
export interface NodeToAsk {
  readonly address: string | undefined;
  /** @throws {A2ARedisError} What keeps it from being connected to. */
  connect(): Promise<AskedNode>;
}

/**
 * The servers that a client reaches: each master of a cluster, where the client tells them, or the one that answers.
 *
 * @param deadlineAt Until when they may answer, on the clock of the client's runtime.
 */
export function nodesToAsk(client: RedisScriptClient, deadlineAt: number): readonly NodeToAsk[] {
  const runtime = runtimeOf(client);
  if (!hasNodes(client) || client.masters.length === 0) {
    const connect = async (): Promise<AskedNode> => new AskedNode(client, undefined, deadlineAt);
    return [{ address: undefined, connect }];
  }
  return client.masters.map((master) => ({
    address: master.address,
    connect: async () => {
      const connecting = connectTo(client, master);
      const nodeClient = await withDeadline(
        runtime,
        connecting,
        deadlineAt,
        () => 'A connection to a node of the cluster',
      );
      useRuntime(nodeClient, runtime);
      return new AskedNode(nodeClient, master.address, deadlineAt);
    },
  }));
}

async function connectTo(
  client: NodesClient,
  master: { readonly address: string },
): Promise<RedisScriptClient> {
  try {
    return await client.nodeClient(master);
  } catch (error) {
    throw detailedError('UNAVAILABLE', 'A node of the cluster could not be connected to.', {
      cause: error,
      detail: `Node ${master.address}: ${String(error)}`,
    });
  }
}
