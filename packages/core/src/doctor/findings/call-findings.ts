import type { Layout } from '../../layout/server-layout.ts';
import { isKnown, valueOf } from '../facts/fact.ts';
import type { CallAnswer, NodeFacts } from '../facts/node-facts.ts';
import {
  callsOf,
  commandOf,
  KEY_ACCESS_CALL,
  PACKAGE_NEEDS,
  type UsedPackage,
} from '../facts/package-needs.ts';
import { found, type FoundOnNode, unknownBecause } from './finding.ts';

const ON_CHANNELS = /<channel>/;
const ON_KEYS = /<key>/;
const OF_JSON = /^JSON\./;

/**
 * Which calls of the packages a server does not know, or its user may not make.
 *
 * @param layout How the server keeps keys: so go messages.
 */
export function callFindings(
  node: NodeFacts,
  layout: Layout,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  const { calls } = node;
  if (!isKnown(calls)) {
    return [
      ...found('SCRIPTS_REFUSED', `Scripts do not run: ${calls.because}.`, packages),
      ...found('COMMANDS_UNKNOWN', unknownBecause('Commands and rights', calls), packages),
    ];
  }
  return packages.flatMap((each) => {
    const answers = calls.value.get(each) ?? new Map<string, CallAnswer>();
    return [
      ...missingFindings(each, layout, answers),
      ...deniedFindings(each, layout, answers),
      ...untoldFindings(node, each, answers),
    ];
  });
}

function missingFindings(
  used: UsedPackage,
  layout: Layout,
  answers: ReadonlyMap<string, CallAnswer>,
): readonly FoundOnNode[] {
  const isMissing = (call: string): boolean => answers.get(call) === 'missing';
  const missing = callsOf(used.name, layout).filter(isMissing);
  const searches = (PACKAGE_NEEDS[used.name].optionalCalls ?? []).filter(isMissing);
  const others = missing.filter((call) => !OF_JSON.test(call));
  const ofJson = missing.filter((call) => OF_JSON.test(call));
  return [
    ...(others.length > 0 ? found('COMMANDS_MISSING', lacks(others), [used]) : []),
    ...(ofJson.length > 0 ? found('JSON_MISSING', lacks(ofJson), [used]) : []),
    ...(searches.length > 0 ? found('SEARCH_MISSING', lacks(searches), [used]) : []),
  ];
}

function deniedFindings(
  used: UsedPackage,
  layout: Layout,
  answers: ReadonlyMap<string, CallAnswer>,
): readonly FoundOnNode[] {
  const denied = callsOf(used.name, layout).filter((call) => answers.get(call) === 'denied');
  // Where the keys are denied, so is each call on one, whether or not its command is permitted.
  const isKeyDenied = answers.get(KEY_ACCESS_CALL) === 'denied' && !denied.includes('EVALSHA s 0');
  const onChannels = denied.filter((call) => ON_CHANNELS.test(call));
  const others = denied.filter((call) => {
    return !ON_CHANNELS.test(call) && !(isKeyDenied && ON_KEYS.test(call));
  });
  const begin = `that begin with ${JSON.stringify(used.prefix)}`;
  return [
    ...(others.length > 0
      ? found('COMMANDS_DENIED', `The user may not run ${namesOf(others)}.`, [used])
      : []),
    ...(isKeyDenied ? found('KEYS_DENIED', `The user may not write keys ${begin}.`, [used]) : []),
    ...(onChannels.length > 0
      ? found(
          'CHANNELS_DENIED',
          `The user may not run ${namesOf(onChannels)} on channels ${begin}.`,
          [used],
        )
      : []),
  ];
}

function untoldFindings(
  { mayDoEverything }: NodeFacts,
  used: UsedPackage,
  answers: ReadonlyMap<string, CallAnswer>,
): readonly FoundOnNode[] {
  if (![...answers.values()].includes('untold')) return [];
  if (mayDoEverything !== undefined && valueOf(mayDoEverything) === true) return [];
  const because =
    mayDoEverything === undefined || isKnown(mayDoEverything)
      ? 'the server has no redis.acl_check_cmd for scripts, and the rules of the user have exceptions'
      : `the server has no redis.acl_check_cmd for scripts, and ${mayDoEverything.because}`;
  return found('PERMISSIONS_UNKNOWN', unknownBecause('Rights', { because }), [used]);
}

function lacks(calls: readonly string[]): string {
  return `The server lacks ${namesOf(calls)}.`;
}

function namesOf(calls: readonly string[]): string {
  return [...new Set(calls.map(commandOf))].toSorted().join(', ');
}
