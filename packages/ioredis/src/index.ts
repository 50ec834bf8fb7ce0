export type { CommonSettings, Ioredis, IoredisCluster, IoredisConnection } from './driver.ts';
export { fromIoredis } from './from-ioredis.ts';
export type { IoredisClient } from './ioredis-client.ts';
export type { MessageSubscriber, MessageSubscriberEvents } from './message-subscriber.ts';
