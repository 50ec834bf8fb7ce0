import { expect, it } from 'vitest';

import { expectNoUnhandledRejection } from '../../test/unhandled-rejections.ts';
import { Pinger } from './ping.ts';

expectNoUnhandledRejection();

it.each([0, 5])('leaves no rejection to nobody, with a deadline of %i', async (deadlineMs) => {
  let drop: (error: Error) => void = () => {};
  const reply = new Promise<never>((_resolve, reject) => {
    drop = reject;
  });
  const check = await new Pinger({ ping: () => reply }).ping(deadlineMs);
  drop(new Error('Socket closed unexpectedly'));
  await new Promise(setImmediate);
  expect(check.ok).toBe(false);
});

it('makes a result of a client that throws', async () => {
  const client = {
    ping: (): never => {
      throw new Error('broken');
    },
  };
  const check = await new Pinger(client).ping(10);
  expect(check).toEqual({
    ok: false,
    error: expect.objectContaining({
      code: 'COMMAND_FAILED',
      message: 'PING failed.',
      detail: 'PING: Error: broken',
    }),
  });
});
