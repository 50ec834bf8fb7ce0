import { expect, it, vi } from 'vitest';

import { silentServer } from '../testing/silent-server.ts';
import { dockerServer } from './docker.ts';

// Alone in its file, because testcontainers reads the environment once.
it('does not wait for an engine that does not answer', async () => {
  using silent = await silentServer();
  vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${silent.port}`);
  expect(await dockerServer({}, 1000)).toEqual({
    unavailable: 'no Docker engine (no answer within 1000 ms)',
  });
});
