import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A receiver of webhooks, in a thread of its own. */
export interface BenchReceiver extends AsyncDisposable {
  readonly url: string;
  /** How many webhooks it has answered. */
  readonly count: () => number;
}

/** @param delayMs How long it takes to answer, in milliseconds. */
export async function startReceiver(delayMs = 0): Promise<BenchReceiver> {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(new URL('receiver-thread.mjs', import.meta.url), {
    workerData: { counter, delayMs },
  });
  const [port]: unknown[] = await once(thread, 'message');
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    count: () => Atomics.load(counter, 0),
    [Symbol.asyncDispose]: async () => void (await thread.terminate()),
  };
}
