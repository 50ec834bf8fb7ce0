import { appendChunks } from '@a2a-redis-internal/contract/append-chunks';
import { RedisJSONTaskStore } from '@a2a-redis/json-task-store';

await appendChunks((client, options) => new RedisJSONTaskStore(client, options));
