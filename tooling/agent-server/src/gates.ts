import { EventEmitter, once } from 'node:events';

/** Gates by name at which executions wait until a test opens them. */
export class Gates {
  readonly #open = new Set<string>();
  readonly #openings = new EventEmitter().setMaxListeners(0);

  /** Lets everybody through, those who come later, too. */
  open(gate: string): void {
    this.#open.add(gate);
    this.#openings.emit(`open ${gate}`);
  }

  /** Waits until the gate is open, or until the signal. */
  async pass(gate: string, signal: AbortSignal): Promise<void> {
    if (this.#open.has(gate) || signal.aborted) return;
    try {
      await once(this.#openings, `open ${gate}`, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
