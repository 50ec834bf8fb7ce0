import { appendToTask } from '@a2a-redis-internal/contract/append-worker';
import { RedisTaskStore } from '@a2a-redis/task-store';

await appendToTask((client, prefix) => new RedisTaskStore(client, { prefix }));
