import { A2ARedisError } from '../../shared/errors.ts';
import { contextOfScope } from '../../shared/scope.ts';
import type { FinisherServices } from '../execution/bus-services.ts';
import { decodeEvent } from '../events/event-codec.ts';
import { unreadableEvent } from '../events/identified-event.ts';
import type { TaskAddress } from '../state/queue-keys.ts';

/** What its publisher did not come to tell webhooks of, though the log has it. */
export class LeftWebhooks {
  readonly #services: FinisherServices;

  constructor(services: FinisherServices) {
    this.#services = services;
  }

  /** Tells senders that keep what they are given of all that publishers have in the log, one after the other. */
  async tell(task: TaskAddress, publishers: readonly string[]): Promise<void> {
    if (!this.#services.webhooks.isDurable) return;
    for (const publisher of publishers) await this.#tellOf(task, publisher);
  }

  async #tellOf(task: TaskAddress, publisher: string): Promise<void> {
    const { webhooks, transport, store, onError } = this.#services;
    const { scope, taskId } = task;
    const kept = await webhooks.keptUpTo(scope, taskId, publisher);
    if (kept === Infinity) return;
    const left = await transport.published(task, publisher, kept);
    const [first] = left;
    if (first === undefined) return;
    if (kept > 0 && first.eventId.counter > kept + 1) onError(trimmed(task));
    const context = contextOfScope(scope);
    const present = await store?.load(taskId, context);
    for (const each of left) {
      const event = decodeEvent(each.body);
      if (event === undefined) {
        onError(unreadableEvent(task, each, this.#services));
        continue;
      }
      const { eventId, acceptedAt } = each;
      const taskAfter = (): typeof present => present;
      await webhooks.tellLogged({ eventId, event, acceptedAt, taskId, context, taskAfter });
    }
  }
}

function trimmed({ taskId }: TaskAddress): A2ARedisError {
  return new A2ARedisError(
    'EVENTS_LOST',
    `Some of what a lost replica published for task ${JSON.stringify(taskId)} was trimmed before webhooks were told.`,
  );
}
