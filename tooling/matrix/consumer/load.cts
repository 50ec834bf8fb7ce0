/** Loads every package as CommonJS does, and prints, as JSON, what each of them exports. */
import * as core from '@a2a-redis/core';
import * as ioredis from '@a2a-redis/ioredis';
import * as jsonTaskStore from '@a2a-redis/json-task-store';
import * as pubsubQueue from '@a2a-redis/pubsub-queue';
import * as pushConfig from '@a2a-redis/push-config';
import * as pushDelivery from '@a2a-redis/push-delivery';
import * as streamsQueue from '@a2a-redis/streams-queue';
import * as taskStore from '@a2a-redis/task-store';

const packages: Readonly<Record<string, object>> = {
  core,
  ioredis,
  'json-task-store': jsonTaskStore,
  'pubsub-queue': pubsubQueue,
  'push-config': pushConfig,
  'push-delivery': pushDelivery,
  'streams-queue': streamsQueue,
  'task-store': taskStore,
};
const names = Object.entries(packages).map(([name, exports]) => [name, Object.keys(exports)]);
console.log(JSON.stringify(Object.fromEntries(names)));
