import type { StreamResponse } from '@a2a-js/sdk';

/** Of which task a response tells; empty where it is of none. */
export function taskIdOfResponse({ payload }: StreamResponse): string {
  if (payload === undefined) return '';
  return payload.$case === 'task' ? payload.value.id : payload.value.taskId;
}
