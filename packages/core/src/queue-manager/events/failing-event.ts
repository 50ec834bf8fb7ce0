import { Message } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent } from '@a2a-js/sdk/server';

/**
 * An event that throws when its kind is read, in whoever processes it: the listeners of a bus cannot
 * be told of a failure in any other way.
 */
export function failingEvent(error: unknown): AgentExecutionEvent {
  return Object.defineProperty(AgentEvent.message(Message.fromJSON({})), 'kind', {
    get: (): never => {
      throw error;
    },
  });
}
