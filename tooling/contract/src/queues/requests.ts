import { type CancelTaskRequest, type Message, Role, type SendMessageRequest } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';

/** The call of a user who is not authenticated. */
export const CONTEXT: ServerCallContext = new ServerCallContext();

let messages = 0;

/** A message of the user, with an id of its own. */
export function messageOf(message: Partial<Message> = {}): Message {
  messages += 1;
  return {
    messageId: `m${messages}`,
    contextId: '',
    taskId: '',
    role: Role.ROLE_USER,
    parts: [],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
    ...message,
  };
}

/** Sends a message. */
export function sendRequest(
  message: Partial<Message>,
  configuration?: SendMessageRequest['configuration'],
): SendMessageRequest {
  return { tenant: '', message: messageOf(message), configuration, metadata: undefined };
}

/** Cancels a task. */
export function cancelRequest(id: string): CancelTaskRequest {
  return { tenant: '', id, metadata: undefined };
}
