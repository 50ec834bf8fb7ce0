import { createClient } from 'redis';
import { expect, it } from 'vitest';

/** Declares the tests of an option `subscriber` that is no client. */
export function describeRefusedSubscribers(
  open: (client: unknown, options: { readonly subscriber: unknown }) => unknown,
): void {
  it.each([
    ['a URL', 'redis://localhost:6379'],
    ['a value of type number', 5],
    ['null', null],
  ])('refuses %s as a subscriber', (what, subscriber) => {
    const message = `Option "subscriber" must be a client of node-redis 5 or 6, such as \`await createRedisClient()\` gives, not ${what}.`;
    expect(() => open(createClient(), { subscriber })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message }),
    );
  });
}
