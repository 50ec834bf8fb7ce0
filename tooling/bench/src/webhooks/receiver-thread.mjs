import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * Answers each request after `workerData.delayMs`, at once where that is 0, and counts it in `workerData.counter`, a
 * shared array of one number.
 */
const server = createServer((request, response) => {
  const answer = () => {
    Atomics.add(workerData.counter, 0, 1);
    response.writeHead(204).end();
  };
  request.resume().once('end', () => {
    if (workerData.delayMs === 0) answer();
    else setTimeout(answer, workerData.delayMs);
  });
});
server.listen(0, '127.0.0.1', () => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread, not a window
  parentPort?.postMessage(server.address().port);
});
