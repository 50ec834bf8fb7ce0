import type { StreamResponse, Task } from '@a2a-js/sdk';
import type { PushNotificationSender, ServerCallContext } from '@a2a-js/sdk/server';

import type { EventId } from '../../event-ids/event-id.ts';

/**
 * A sender that keeps what it is given, and knows what it has. With one, a queue manager whose transport keeps a log makes
 * sure that it gets every event of that log, whoever dies.
 */
export interface DurablePushNotificationSender extends PushNotificationSender {
  /**
   * As `send`, of an event with an id. What it has is left out: events of one publisher come in the order of their counters,
   * more than once, and from several processes.
   *
   * @param acceptedAt Of an event that is told later, by another process than its publisher: when it was accepted, in
   *   milliseconds since the epoch, on the clock of the server. What is registered since is not for it.
   * @returns Once it is kept.
   */
  sendEvent(
    eventId: EventId,
    response: StreamResponse,
    context: ServerCallContext,
    task?: Task,
    acceptedAt?: number,
  ): Promise<void>;
  /**
   * Up to which counter it has the events of a publisher: 0 where it has none, `Infinity` where a task has no webhooks.
   */
  toldUpTo(taskId: string, context: ServerCallContext, publisher: string): Promise<number>;
}

/** Whether a sender keeps what it is given. */
export function isDurableSender(
  sender: PushNotificationSender,
): sender is DurablePushNotificationSender {
  return (
    'sendEvent' in sender &&
    typeof sender.sendEvent === 'function' &&
    'toldUpTo' in sender &&
    typeof sender.toldUpTo === 'function'
  );
}
