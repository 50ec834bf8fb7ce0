import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A receiver of webhooks that answers at once, in a thread of its own. */
export interface BenchReceiver extends AsyncDisposable {
  readonly url: string;
  /** How many webhooks have arrived. */
  readonly count: () => number;
}

export async function startReceiver(): Promise<BenchReceiver> {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(new URL('receiver-thread.mjs', import.meta.url), {
    workerData: { counter },
  });
  const [port]: unknown[] = await once(thread, 'message');
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    count: () => Atomics.load(counter, 0),
    [Symbol.asyncDispose]: async () => void (await thread.terminate()),
  };
}
