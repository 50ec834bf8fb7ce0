import { A2ARedisError } from '../shared/errors.ts';
import { typedRedisError } from '../client/redis-fault.ts';
import { commandFault } from '../redis/command-fault.ts';
import { withDeadline } from '../redis/deadline.ts';
import { isClusterClient, type RedisScriptClient } from '../redis/script-client.ts';
import { ScriptRunner } from '../redis/script-runner.ts';
import { defineScript, type RedisScript } from '../redis/script.ts';
import { isSentinelClient, sentinelSender } from '../redis/sentinel-sender.ts';
import { runtimeOf, useRuntime } from '../runtime/client-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Fact } from './facts/fact.ts';
import serverCommandSource from './scripts/server-command.lua';

const serverCommandScript: RedisScript = /* @__PURE__ */ defineScript(
  'server-command',
  serverCommandSource,
  { onlyReads: true },
);

/** In messages of errors. */
const QUESTION = 'A question to Redis';

type SendCommand = (args: readonly string[]) => Promise<unknown>;

/** One server, as a client reaches it, and questions to it. */
export class AskedNode {
  /** `host:port` of a node of a cluster; `undefined` for what the client knows as one server. */
  readonly address: string | undefined;
  readonly runtime: Runtime;
  readonly runner: ScriptRunner;
  readonly #deadlineAt: number;
  readonly #send: SendCommand;

  /** @param deadlineAt Until when it may answer, on the clock of the client's runtime. */
  constructor(client: RedisScriptClient, address: string | undefined, deadlineAt: number) {
    const runtime = runtimeOf(client);
    this.address = address;
    this.runtime = runtime;
    this.runner = new ScriptRunner(client, Math.max(1, Math.round(deadlineAt - runtime.now())));
    this.#deadlineAt = deadlineAt;
    this.#send = commandSender(client) ?? ((args) => this.#run(serverCommandScript, args));
  }

  /**
   * Asks by a command.
   *
   * @returns The reply, in whatever form the protocol has it; or why the server refused.
   * @throws {A2ARedisError} What keeps the server from answering at all.
   */
  async ask(...args: readonly string[]): Promise<Fact<unknown>> {
    return this.#answer(args.slice(0, 2).join(' '), async () => this.#send(args));
  }

  /** Asks by a script, again while the server is away: see {@link ask}. */
  async askScript(script: RedisScript, args: readonly string[]): Promise<Fact<unknown>> {
    return this.#answer('a script', async () => this.#run(script, args));
  }

  async #run(script: RedisScript, args: readonly string[]): Promise<unknown> {
    return this.runner.run(script, [], args, this.#deadlineAt);
  }

  async #answer(name: string, question: () => Promise<unknown>): Promise<Fact<unknown>> {
    try {
      const reply = withDeadline(this.runtime, question(), this.#deadlineAt, () => QUESTION);
      return { value: await reply };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw typedRedisError(error, QUESTION) ?? error;
      return { because: `the server refused ${name}: ${refusal}` };
    }
  }
}

/** What a server said that refuses a question; `undefined` where it did not come to that. */
export function refusalOf(error: unknown): string | undefined {
  const reply = error instanceof A2ARedisError ? error.cause : error;
  if (!(reply instanceof Error) || commandFault(reply) !== 'refused') return undefined;
  // Servers repeat the arguments of what they do not know.
  return reply.message.replace(/,? with args beginning with:.*$/s, '').replace(/[.\s]+$/, '');
}

/** What sends a command that is no script, for a client that can. A cluster client would choose a node of its own. */
function commandSender(client: RedisScriptClient): SendCommand | undefined {
  if (isSentinelClient(client)) {
    const sender = sentinelSender(client);
    return async (args) => sender.sendCommand(args);
  }
  if (isClusterClient(client) || !canSend(client)) return undefined;
  // Whatever types the application has its replies mapped to.
  return async (args) => client.sendCommand([...args], { typeMapping: {} });
}

/** Plain clients and pools of node-redis do. */
interface SendingClient extends RedisScriptClient {
  sendCommand(args: string[], options: { readonly typeMapping: object }): Promise<unknown>;
}

function canSend(client: RedisScriptClient): client is SendingClient {
  return 'sendCommand' in client && typeof client.sendCommand === 'function';
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
      const connecting = Promise.resolve(client.nodeClient(master));
      const nodeClient = await withDeadline(runtime, connecting, deadlineAt, () => QUESTION);
      useRuntime(nodeClient, runtime);
      return new AskedNode(nodeClient, master.address, deadlineAt);
    },
  }));
}
