import { appendToTask } from '@a2a-redis-internal/contract/append-worker';
import { RedisJSONTaskStore } from '@a2a-redis/json-task-store';

await appendToTask((client, prefix) => new RedisJSONTaskStore(client, { prefix }));
