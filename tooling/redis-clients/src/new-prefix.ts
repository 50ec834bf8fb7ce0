import { randomUUID } from 'node:crypto';

/** Keys of a test that no other test has. */
export function newPrefix(): string {
  return `test:${randomUUID()}:`;
}
