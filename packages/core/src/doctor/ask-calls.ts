import { textsReply } from '../redis/reply.ts';
import { channelName, type ChannelSpace } from '../layout/channel-space.ts';
import { defineScript, type RedisScript } from '../redis/script.ts';
import type { AskedNode } from './asked-node.ts';
import { type Fact, isKnown } from './facts/fact.ts';
import type { CallAnswer, CallAnswers } from './facts/node-facts.ts';
import { probedCalls, type UsedPackage, wordsOf } from './facts/package-needs.ts';
import askCallsSource from './scripts/ask-calls.lua';

const askCallsScript: RedisScript = /* @__PURE__ */ defineScript('ask-calls', askCallsSource, {
  writes: 'sometimes',
});

const ANSWERS: ReadonlySet<string> = new Set<CallAnswer>([
  'allowed',
  'denied',
  'missing',
  'untold',
]);

/**
 * Asks a server which calls of packages it knows, and its user may make.
 *
 * By a script, because that needs no right which the packages do not need: `ACL DRYRUN` and `ACL GETUSER` are for
 * administrators, and `ACL DRYRUN` is as new as `redis.acl_check_cmd`.
 *
 * @param space What the names of keys and channels have beside those that packages give them.
 */
export async function askCalls(
  node: AskedNode,
  packages: readonly UsedPackage[],
  space: ChannelSpace,
): Promise<Fact<CallAnswers>> {
  // A server takes ten words at most from who gave no password, and closes the connection on one more.
  const first = await node.askScript(askCallsScript, []);
  if (!isKnown(first)) return first;
  const asked = packages.map((used) => ({ used, calls: probedCalls(used.name) }));
  const replies = await Promise.all(
    asked.map(async ({ used: { prefix }, calls }) => {
      const name = `${prefix}{a2a-redis-doctor}`;
      const [key, channel] = [`${space.before}${name}`, channelName(name, space)];
      const args: string[] = [];
      for (const call of calls) {
        const words = wordsOf(call, key, channel);
        args.push(String(words.length), ...words);
      }
      return node.askScript(askCallsScript, args);
    }),
  );
  const answers = new Map<UsedPackage, ReadonlyMap<string, CallAnswer>>();
  for (const [index, { used, calls }] of asked.entries()) {
    const reply = replies[index];
    if (reply === undefined) continue;
    if (!isKnown(reply)) return reply;
    const texts = textsReply(reply.value);
    answers.set(used, new Map(calls.map((call, place) => [call, answerOf(texts[place])])));
  }
  return { value: answers };
}

function answerOf(text: string | undefined): CallAnswer {
  return isAnswer(text) ? text : 'untold';
}

function isAnswer(text: string | undefined): text is CallAnswer {
  return text !== undefined && ANSWERS.has(text);
}
