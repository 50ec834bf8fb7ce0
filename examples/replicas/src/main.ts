/**
 * One replica: `REDIS_URL`, `PORT` (default 41242), `PUBLIC_URL` (where clients reach the agent),
 * `PREFIX` (default `story:`), `PACE_MS` (default 500), `QUEUES` (`streams`, the default, or `pubsub`), all
 * from the environment.
 */
import { startServer } from './server.ts';

const { REDIS_URL, PORT = '41242', PUBLIC_URL, PREFIX = 'story:', PACE_MS = '500' } = process.env;
const queues = process.env['QUEUES'] === 'pubsub' ? 'pubsub' : 'streams';

try {
  const server = await startServer({
    redisUrl: REDIS_URL,
    queues,
    prefix: PREFIX,
    port: Number(PORT),
    publicUrl: PUBLIC_URL,
    paceMs: Number(PACE_MS),
    failoverMs: 15_000,
  });
  console.log(`Story teller at ${server.url}`);
  process.once('SIGTERM', () => void server.stop());
  process.once('SIGINT', () => void server.stop());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
