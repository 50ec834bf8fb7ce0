import { randomUUID } from 'node:crypto';

import type { Message, Part, Role } from '@a2a-js/sdk';

export function textPart(value: string): Part {
  return {
    content: { $case: 'text', value },
    mediaType: 'text/plain',
    filename: '',
    metadata: undefined,
  };
}

export function dataPart(value: object): Part {
  return {
    content: { $case: 'data', value },
    mediaType: 'application/json',
    filename: '',
    metadata: undefined,
  };
}

/** A message of one text part with a fresh id. */
export function textMessage(
  role: Role,
  text: string,
  ids: { readonly taskId?: string; readonly contextId?: string } = {},
): Message {
  return {
    messageId: randomUUID(),
    role,
    parts: [textPart(text)],
    taskId: ids.taskId ?? '',
    contextId: ids.contextId ?? '',
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
}

/** The text parts of a message or an artifact, one after the other. */
export function textOf(parts: readonly Part[] | undefined): string {
  return (parts ?? [])
    .map(({ content }) => (content?.$case === 'text' ? content.value : ''))
    .join('');
}
