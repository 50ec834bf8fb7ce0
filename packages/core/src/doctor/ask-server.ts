import { A2ARedisError } from '../shared/errors.ts';
import { type Layout, ServerLayout } from '../layout/server-layout.ts';
import { channelSpaceOf } from '../layout/channel-space.ts';
import { textReply, textsReply } from '../redis/reply.ts';
import { runCommand } from '../redis/run-command.ts';
import { isClusterClient, type RedisScriptClient } from '../redis/script-client.ts';
import { askCalls } from './ask-calls.ts';
import { type AskedNode, nodesToAsk, type NodeToAsk, refusalOf } from './asked-node.ts';
import { type ClockFacts, clockOf, type ClockSample } from './facts/clock-facts.ts';
import { type Fact, isKnown, mapFact, valueOf } from './facts/fact.ts';
import {
  type CallAnswers,
  type NodeFacts,
  type ServerFacts,
  SETTINGS,
  type UnreachableNode,
} from './facts/node-facts.ts';
import type { UsedPackage } from './facts/package-needs.ts';
import { greetingOf, identityOf, mayDoEverything } from './facts/server-identity.ts';
import { type Fields, infoFields, replyFields } from './facts/server-replies.ts';

/** How often the time of a server is asked for: the fastest answer counts. */
const CLOCK_SAMPLES = 5;
/** How many keys are looked for: no node of a cluster with others serves all of them, as good as never. */
const REDIRECT_SAMPLES = 16;

/** What one server said, and what is the same for all nodes of a cluster. */
interface Answered {
  readonly facts: NodeFacts;
  readonly user: Fact<string>;
  readonly layout: Layout | undefined;
}

interface Failed extends UnreachableNode {
  readonly error: A2ARedisError;
}

/**
 * Asks all servers that a client reaches.
 *
 * @param deadlineAt Until when they may answer, on the clock of the client's runtime.
 * @throws {A2ARedisError} What keeps all of them from answering: `DEADLINE_EXCEEDED`, `CLIENT_CLOSED`, `UNAVAILABLE`,
 *   `OUTCOME_UNKNOWN`, or `COMMAND_FAILED` for a password that is wrong.
 */
export async function askServer(
  client: RedisScriptClient,
  packages: readonly UsedPackage[],
  deadlineAt: number,
): Promise<ServerFacts> {
  const nodes = nodesToAsk(client, deadlineAt);
  const outcomes = await Promise.all(nodes.map(async (node) => askOrFail(node, client, packages)));
  const answered = outcomes.filter(isAnswered);
  const failed = outcomes.filter((each): each is Failed => !isAnswered(each));
  const [first] = answered;
  if (first === undefined) throw failed[0]?.error ?? new Error('A client has no nodes');
  return {
    layout: first.layout,
    user: valueOf(first.user),
    nodes: answered.map(({ facts }) => facts),
    unreachable: failed.map(({ address, failure }) => ({ address, failure })),
  };
}

function isAnswered(outcome: Answered | Failed): outcome is Answered {
  return 'facts' in outcome;
}

async function askOrFail(
  node: NodeToAsk,
  client: RedisScriptClient,
  packages: readonly UsedPackage[],
): Promise<Answered | Failed> {
  try {
    return await askNode(await node.connect(), client, packages);
  } catch (error) {
    if (!(error instanceof A2ARedisError)) throw error;
    return { address: node.address, failure: error.message, error };
  }
}

async function askNode(
  node: AskedNode,
  client: RedisScriptClient,
  packages: readonly UsedPackage[],
): Promise<Answered> {
  // The first, because it waits for a server that is away.
  const calls = await askCalls(node, packages, channelSpaceOf(client, undefined));
  const [infoReply, hello, settings, user] = await Promise.all([
    node.ask('INFO'),
    node.ask('HELLO'),
    askSettings(node),
    node.ask('ACL', 'WHOAMI').then((reply) => mapFact(reply, textFact)),
  ]);
  const info = mapFact(infoReply, (reply) => ({ value: infoFields(textReply(reply)) }));
  const greeting = mapFact(hello, (reply) => ({ value: greetingOf(reply) }));
  const isPartOfCluster = valueOf(info)?.get('cluster_enabled') === '1';
  const cluster = isPartOfCluster
    ? mapFact(await node.ask('CLUSTER', 'INFO'), (reply) => ({
        value: infoFields(textReply(reply)),
      }))
    : undefined;
  const prefix = packages[0]?.prefix ?? '';
  const layout =
    isPartOfCluster || isClusterClient(client) ? 'cluster' : await findLayout(client, node, prefix);
  const facts: NodeFacts = {
    address: node.address,
    identity: identityOf(info, greeting),
    info,
    settings,
    cluster,
    redirects:
      node.address === undefined && cluster !== undefined && isServing(cluster)
        ? await isRedirected(node, prefix)
        : false,
    calls,
    mayDoEverything: isUntold(calls) ? await askRights(node, user) : undefined,
    clock: await askClock(node),
  };
  return { facts, user, layout };
}

function textFact(reply: unknown): Fact<string> {
  return { value: textReply(reply) };
}

/** Servers before 7 take one name a call. */
async function askSettings(node: AskedNode): Promise<Fact<Fields>> {
  const all = await node.ask('CONFIG', 'GET', ...SETTINGS);
  if (isKnown(all) || !/wrong number of arguments|syntax error/i.test(all.because)) {
    return mapFact(all, (reply) => ({ value: replyFields(reply) }));
  }
  const fields = new Map<string, string>();
  for (const reply of await Promise.all(SETTINGS.map((name) => node.ask('CONFIG', 'GET', name)))) {
    if (!isKnown(reply)) return reply;
    for (const [name, value] of replyFields(reply.value)) fields.set(name, value);
  }
  return { value: fields };
}

/** Finds out how the server keeps keys, as a store does at its first use. */
async function findLayout(
  client: RedisScriptClient,
  node: AskedNode,
  prefix: string,
): Promise<Layout | undefined> {
  try {
    return await new ServerLayout(client, node.runner, prefix).find();
  } catch (error) {
    // Of who may not run scripts, or not use these keys, other findings tell.
    if (refusalOf(error) === undefined) throw error;
    return undefined;
  }
}

function isServing(cluster: Fact<Fields>): boolean {
  return valueOf(cluster)?.get('cluster_state') === 'ok';
}

/** Whether a server sends the client to others for some keys. One address may also stand for all nodes, and does not. */
async function isRedirected(node: AskedNode, prefix: string): Promise<boolean> {
  const answers = await Promise.all(
    Array.from({ length: REDIRECT_SAMPLES }, async (_, index) => {
      try {
        await runCommand(node.runner, 'PTTL', `${prefix}{a2a-redis-doctor-${index}}`);
        return false;
      } catch (error) {
        const { cause } = error instanceof A2ARedisError ? error : { cause: error };
        if (cause instanceof Error && /^MOVED\b/.test(cause.message)) return true;
        if (refusalOf(error) === undefined) throw error;
        return false;
      }
    }),
  );
  return answers.includes(true);
}

function isUntold(calls: Fact<CallAnswers>): boolean {
  const answers = [...(valueOf(calls)?.values() ?? [])];
  return answers.some((each) => [...each.values()].includes('untold'));
}

async function askRights(node: AskedNode, user: Fact<string>): Promise<Fact<boolean>> {
  if (!isKnown(user)) return user;
  return mapFact(await node.ask('ACL', 'GETUSER', user.value), (reply) => ({
    value: mayDoEverything(reply),
  }));
}

async function askClock(node: AskedNode): Promise<Fact<ClockFacts>> {
  const { runtime } = node;
  const samples: ClockSample[] = [];
  // One after the other: what waits for another answer takes longer than the network.
  while (samples.length < CLOCK_SAMPLES) {
    const askedAt = runtime.wallClock();
    const startedAt = runtime.now();
    const reply = await node.ask('TIME');
    const tookMs = runtime.now() - startedAt;
    if (!isKnown(reply)) return reply;
    const [seconds = '', microseconds = ''] = textsReply(reply.value);
    const serverAt = Number(seconds) * 1000 + Number(microseconds) / 1000;
    if (seconds === '' || !Number.isFinite(serverAt)) {
      return { because: 'TIME was answered with no time' };
    }
    samples.push({ askedAt, tookMs, serverAt });
  }
  return { value: clockOf(samples) };
}
