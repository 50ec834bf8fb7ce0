import { type Listener, stateName, textsOf } from '@a2a-redis-internal/contract/queue-fixtures';
import { mergeSeen } from '@a2a-redis-internal/contract/redis-queue-managers';
import { expect, vi } from 'vitest';

import type { Agent, AgentSubject } from './agents.ts';

/** What went wrong unseen in processes. */
export async function unhandledIn(agents: readonly Agent[]): Promise<readonly string[]> {
  const seen = await Promise.all(agents.map(async (agent) => agent.process.call('unhandled')));
  return seen.flat();
}

/** A stored task: its state, and the texts of its parts. */
export async function storedTask(
  agent: Agent,
  taskId: string,
): Promise<{ readonly state: string; readonly parts: readonly string[] }> {
  const { status, artifacts } = await agent.client.task(taskId);
  return {
    state: stateName(status?.state),
    parts: textsOf(artifacts.flatMap((artifact) => artifact.parts)),
  };
}

/** `chunk 3`, `chunk 4`: those from a number up to another, not itself. */
export function chunks(from: number, to: number, label = ''): readonly string[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => {
    return `chunk ${label}${from + index}`;
  });
}

/** Waits for what a busy machine may delay. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(condition, { timeout: 60_000, interval: 50 });
}

/** The texts of so many chunks. */
export function counting(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}

/** Checks what a subscriber saw to its end: exactly, or put together where fresh snapshots may come. */
export async function expectSeen(
  { hasOneSnapshot }: AgentSubject,
  subscriber: Listener,
  all: readonly string[],
): Promise<void> {
  const seen = await subscriber.ended;
  if (hasOneSnapshot) {
    expect(seen).toEqual(all);
    return;
  }
  expect(mergeSeen(seen)).toEqual(mergeSeen(all));
  // Not at all where a fresh snapshot holds the end.
  expect(seen.filter((text) => text === all.at(-1)).length).toBeLessThanOrEqual(1);
}
