import { AsyncLocalStorage } from 'node:async_hooks';

import type { PushNotificationSender, ServerCallContext } from '@a2a-js/sdk/server';

type Load = (taskId: string, context: ServerCallContext) => Promise<readonly unknown[]>;

/** What senders of the SDK's kind keep: where they look up to whom they send. */
interface ConfigLoader {
  readonly load: Load;
  /** The same, each within an object that tells more. */
  readonly loadWithMetadata?: Load | undefined;
}

/** The configs of a task as they were when an event of it came. */
interface Snapshot {
  readonly taskId: string;
  readonly configs: Promise<readonly unknown[]>;
  readonly by: keyof ConfigLoader;
}

/** The name under which the SDK's sender has its store. */
const STORE = 'pushNotificationStore';
const LOADS: readonly PropertyKey[] = ['load', 'loadWithMetadata'] satisfies (keyof ConfigLoader)[];

/** Of senders that were given to several managers, or to one twice. */
const KNOWN = new WeakMap<PushNotificationSender, EventConfigs>();

/**
 * Has a sender of the SDK's kind go by the configs that there were when an event came, not by those that there
 * are when its turn comes: a webhook that is registered meanwhile is not to get what came before.
 */
export class EventConfigs {
  readonly #store: ConfigLoader;
  readonly #sending = new AsyncLocalStorage<Snapshot>();

  private constructor(store: ConfigLoader) {
    this.#store = store;
  }

  /**
   * @returns `undefined` for a sender that keeps no store where the SDK's does: it looks up its configs when its
   *   `send` is called.
   */
  static of(sender: PushNotificationSender): EventConfigs | undefined {
    const known = KNOWN.get(sender);
    if (known !== undefined) return known;
    const store: unknown = Reflect.get(sender, STORE);
    if (!isConfigLoader(store)) return undefined;
    const configs = new EventConfigs(store);
    // The sender can be asked in no other way: its store answers as ever, but for what is sent from here.
    if (!Reflect.set(sender, STORE, configs.#asStore())) return undefined;
    KNOWN.set(sender, configs);
    return configs;
  }

  /**
   * Looks the configs of a task up now.
   *
   * @returns Runs what sends, so that it goes by these configs.
   */
  now(taskId: string, context: ServerCallContext): (send: () => Promise<void>) => Promise<void> {
    const store = this.#store;
    const by = store.loadWithMetadata === undefined ? 'load' : 'loadWithMetadata';
    const configs = by === 'load' ? store.load(taskId, context) : this.#described(taskId, context);
    // Whoever sends is told.
    configs.catch(() => undefined);
    return async (send) => this.#sending.run({ taskId, configs, by }, send);
  }

  async #described(taskId: string, context: ServerCallContext): Promise<readonly unknown[]> {
    return (await this.#store.loadWithMetadata?.(taskId, context)) ?? [];
  }

  #asStore(): ConfigLoader {
    return new Proxy(this.#store, {
      get: (store, name) => {
        const value: unknown = Reflect.get(store, name);
        if (typeof value !== 'function') return value;
        const call = (...args: readonly unknown[]): unknown => Reflect.apply(value, store, args);
        if (!LOADS.includes(name)) return call;
        return async (taskId: string, context: ServerCallContext): Promise<unknown> => {
          const snapshot = this.#sending.getStore();
          return snapshot?.taskId === taskId ? configsOf(snapshot, name) : call(taskId, context);
        };
      },
    });
  }
}

async function configsOf(
  { configs, by }: Snapshot,
  name: PropertyKey,
): Promise<readonly unknown[]> {
  const list = await configs;
  return name === by ? list : list.map(configOf);
}

/** The config within an object that tells more of it. */
function configOf(described: unknown): unknown {
  return typeof described === 'object' && described !== null
    ? propertyOf(described, 'config')
    : undefined;
}

function isConfigLoader(value: unknown): value is ConfigLoader {
  if (typeof value !== 'object' || value === null) return false;
  const withMetadata = propertyOf(value, 'loadWithMetadata');
  if (withMetadata !== undefined && typeof withMetadata !== 'function') return false;
  return typeof propertyOf(value, 'load') === 'function';
}

function propertyOf(value: object, name: string): unknown {
  return Reflect.get(value, name);
}
