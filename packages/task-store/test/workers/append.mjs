import { appendChunks } from '@a2a-redis-internal/contract/append-chunks';
import { RedisTaskStore } from '@a2a-redis/task-store';

await appendChunks((client, options) => new RedisTaskStore(client, options));
