import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Where in the packages a collection was made, in the text of a stack. */
const SITE = /packages\/[a-z-]+\/(?:src|dist)\/[^\s)]+/;

/** What is in a cache grows with it, up to its bound: what makes a cache, or what stands in one. */
const CACHED = /new LruMap|new TaskSteps|TaskEvents|AppliedEvents/;

/** The maps and sets that the packages make while this is open, and how many entries those that are in use have. */
export class TrackedCollections implements Disposable {
  readonly #made: { readonly site: string; readonly ref: WeakRef<{ readonly size: number }> }[] =
    [];
  readonly #natives = { Map, Set };
  readonly #collectGarbage: () => void;

  constructor() {
    setFlagsFromString('--expose-gc');
    const collectGarbage: unknown = runInNewContext('gc');
    if (typeof collectGarbage !== 'function') throw new TypeError('Node does not offer gc().');
    this.#collectGarbage = () => void Reflect.apply(collectGarbage, undefined, []);
    const note = (made: { readonly size: number }): void => {
      this.#note(made);
    };
    const { Map: NativeMap, Set: NativeSet } = this.#natives;
    globalThis.Map = class<K, V> extends NativeMap<K, V> {
      constructor(entries?: Iterable<readonly [K, V]> | null) {
        super(entries);
        note(this);
      }
    };
    globalThis.Set = class<T> extends NativeSet<T> {
      constructor(values?: Iterable<T> | null) {
        super(values);
        note(this);
      }
    };
  }

  /** How many entries there are, by where their collections were made. */
  async entries(): Promise<Readonly<Record<string, number>>> {
    // What was read by a weak reference stays until the turn is over.
    await setImmediate();
    this.#collectGarbage();
    const counts: Record<string, number> = {};
    for (const { site, ref } of this.#made) {
      const size = ref.deref()?.size ?? 0;
      if (size > 0) counts[site] = (counts[site] ?? 0) + size;
    }
    return counts;
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#natives);
  }

  #note(made: { readonly size: number }): void {
    // After the error and what is here, who made the collection and who called that.
    const stack = (new Error('made').stack ?? '').split('\n').slice(0, 7).join('\n');
    const site = SITE.exec(stack)?.[0];
    if (site === undefined || CACHED.test(stack)) return;
    this.#made.push({ site, ref: new WeakRef(made) });
  }
}
