import { backoffMs } from '@a2a-redis/core/shared';

import type { WebhookAnswer } from '../posting/webhook-poster.ts';

/** How often, how fast and for how long a delivery is tried. */
export interface RetryLimits {
  readonly baseMs: number;
  readonly maxMs: number;
  readonly maxAttempts: number;
  readonly maxAgeMs: number;
}

/** An attempt that has ended. */
export interface Attempt {
  /** Which one it was of this delivery, from 1. */
  readonly attempt: number;
  /** How many attempts of the lane failed in a row before. */
  readonly failures: number;
  /** For how long the event has been queued, in milliseconds. */
  readonly ageMs: number;
}

/** What follows. A lane that is due later than at once is left alone until then. */
export type NextStep =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry' | 'dead'; readonly inMs: number; readonly reason: string };

/**
 * Decides what follows an attempt.
 *
 * @param random A number from 0 (inclusive) to 1 (exclusive).
 */
export function nextStep(
  answer: WebhookAnswer,
  { attempt, failures, ageMs }: Attempt,
  { baseMs, maxMs, maxAttempts, maxAgeMs }: RetryLimits,
  random: number,
): NextStep {
  if (answer.kind === 'delivered') return { kind: 'delivered' };
  const { reason } = answer;
  if (answer.kind === 'refused') return { kind: 'dead', inMs: 0, reason };
  // Half of the pause is certain: a receiver in trouble is not asked again within milliseconds.
  const pauseMs = backoffMs(failures + 1, baseMs, maxMs, 0.5 + random / 2);
  const inMs = Math.max(pauseMs, answer.retryAfterMs ?? 0);
  if (attempt >= maxAttempts) {
    return { kind: 'dead', inMs, reason: `${reason} Given up after ${attempt} attempts.` };
  }
  if (ageMs + inMs > maxAgeMs) {
    const hours = Math.round(maxAgeMs / 360_000) / 10;
    return { kind: 'dead', inMs, reason: `${reason} Given up after ${hours} hours.` };
  }
  return { kind: 'retry', inMs, reason };
}
