import { describeForgedMessages } from '@a2a-redis-internal/contract/redis-queue-managers';

import { PUBSUB } from './subject.ts';

describeForgedMessages(PUBSUB, {
  event: (_state, run, counter, body) => `E${run} ${counter}\n${body}`,
  claim: (_state, run) => `Plive\n${run} 9999999999999999`,
  afterClaim: 'the rest',
});
