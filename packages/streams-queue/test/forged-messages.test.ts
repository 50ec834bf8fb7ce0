import { describeForgedMessages } from '@a2a-redis-internal/contract/redis-queue-managers';

import { STREAMS } from './subject.ts';

describeForgedMessages(STREAMS, {
  // The entry after the last one, as it would be announced.
  event: ({ epoch = '', last = '' }, run, counter, body) => {
    const [ms = '', sequence] = last.split('-');
    return `E${epoch} ${ms} ${Number(sequence) + 1} ${last}\n${run} ${counter} ${body}`;
  },
  claim: ({ epoch = '' }) => `L${epoch} 9999999999999-999999`,
  afterClaim: 'EVENTS_LOST',
});
