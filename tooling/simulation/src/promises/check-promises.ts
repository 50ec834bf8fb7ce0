import type { Outcome } from '../world/world.ts';
import { checkBounds } from './check-bounds.ts';
import { checkCost } from './check-cost.ts';
import { checkDelay } from './check-delay.ts';
import { checkEnds } from './check-ends.ts';
import { checkFailover } from './check-failover.ts';
import { checkIsolation } from './check-isolation.ts';
import { checkLog } from './check-log.ts';
import { checkMeaning } from './check-meaning.ts';
import { checkStore } from './check-store.ts';
import { checkSubscribers } from './check-subscribers.ts';
import { checkTrouble } from './check-trouble.ts';
import { checkWebhooks } from './check-webhooks.ts';
import type { Finding, PromiseCheck } from './finding.ts';

const CHECKS: readonly PromiseCheck[] = [
  checkMeaning,
  checkIsolation,
  checkStore,
  checkLog,
  checkSubscribers,
  checkDelay,
  checkEnds,
  checkFailover,
  checkWebhooks,
  checkBounds,
  checkTrouble,
  checkCost,
];

/** What an outcome breaks of what is promised. */
export function checkPromises(outcome: Outcome): readonly Finding[] {
  return CHECKS.flatMap((check) => check(outcome));
}
