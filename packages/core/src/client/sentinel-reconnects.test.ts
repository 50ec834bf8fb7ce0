import { describe, expect, it } from 'vitest';

import { SentinelReconnects } from './sentinel-reconnects.ts';

const PAUSE_MS = 7;

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
  });
}

/** As node-redis's sentinel client passes on what a connection to a primary reported. */
function ofPrimary(cause: Error): Error {
  return new Error(`Master Client (10.0.0.1:6379): ${cause.message}`, { cause });
}

function setup(): {
  readonly reconnects: SentinelReconnects;
  readonly socket: {
    readonly reconnectStrategy: (retries: number, cause: Error) => number | false;
  };
  readonly close: () => void;
} {
  let isOpen = true;
  const reconnects = new SentinelReconnects(
    () => PAUSE_MS,
    () => isOpen,
  );
  return {
    reconnects,
    socket: reconnects.applyTo({ reconnectStrategy: () => 0 }),
    close: () => {
      isOpen = false;
    },
  };
}

describe('a connection of a sentinel client', () => {
  it('to a primary is given up at the second failure, where it did not come about', () => {
    const { reconnects, socket } = setup();
    const { reconnectStrategy } = { ...socket };
    const first = refused();
    expect(reconnectStrategy(0, first)).toBe(PAUSE_MS);
    reconnects.note(ofPrimary(first));
    expect(reconnectStrategy(1, refused())).toBe(false);
  });

  it('is told from the others, each of which has a strategy of its own', () => {
    const { reconnects, socket } = setup();
    const [one, other] = [{ ...socket }, { ...socket }];
    const first = refused();
    expect(one.reconnectStrategy(0, first)).toBe(PAUSE_MS);
    reconnects.note(ofPrimary(first));
    expect(other.reconnectStrategy(1, refused())).toBe(PAUSE_MS);
    expect(one.reconnectStrategy(1, refused())).toBe(false);
  });

  it('of a subscriber is tried for ever', () => {
    const { reconnects, socket } = setup();
    const { reconnectStrategy } = { ...socket };
    for (let retries = 0; retries < 10; retries += 1) {
      const cause = refused();
      expect(reconnectStrategy(retries, cause)).toBe(PAUSE_MS);
      // Its errors are passed on as they are.
      reconnects.note(cause);
    }
  });

  it('to a primary that broke is tried for ever', () => {
    const { reconnects, socket } = setup();
    const { reconnectStrategy } = { ...socket };
    for (const cause of [new Error('Socket closed unexpectedly'), refused(), refused()]) {
      expect(reconnectStrategy(0, cause)).toBe(PAUSE_MS);
      reconnects.note(ofPrimary(cause));
    }
  });

  it('is not tried again once the client is closed', () => {
    const { socket, close } = setup();
    const { reconnectStrategy } = { ...socket };
    expect(reconnectStrategy(0, refused())).toBe(PAUSE_MS);
    close();
    expect(reconnectStrategy(1, refused())).toBe(false);
  });
});
