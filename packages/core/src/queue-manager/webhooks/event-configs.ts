import {
  DefaultPushNotificationSender,
  type PushNotificationSender,
  type ServerCallContext,
} from '@a2a-js/sdk/server';

type Load = (taskId: string, context: ServerCallContext) => Promise<readonly unknown[]>;

/** Where the SDK's sender looks up to whom it sends. */
interface ConfigStore {
  readonly load: Load;
  /** The same, each with what else is known of it. */
  readonly loadWithMetadata?: Load | undefined;
}

/** The name under which the SDK's sender has its store. */
const STORE = 'pushNotificationStore';

/**
 * The SDK's sender as it is now: it sends to whom it would send now, whenever it is asked to. By itself it looks
 * that up when an event's turn has come, and tells a webhook that was registered meanwhile of earlier events, too.
 *
 * Any other sender is left as it is: when it looks up what is its own matter.
 */
export function withPresentConfigs(
  sender: PushNotificationSender,
  taskId: string,
  context: ServerCallContext,
): PushNotificationSender {
  if (Object.getPrototypeOf(sender) !== DefaultPushNotificationSender.prototype) return sender;
  const store: unknown = Reflect.get(sender, STORE);
  if (!isConfigStore(store)) return sender;
  const name = store.loadWithMetadata === undefined ? 'load' : 'loadWithMetadata';
  const configs = store[name]?.(taskId, context) ?? Promise.resolve([]);
  // Whoever sends is told.
  configs.catch(() => undefined);
  const present = { [name]: async () => configs };
  return new Proxy(sender, {
    get: (target, property): unknown =>
      property === STORE ? present : Reflect.get(target, property),
  });
}

function isConfigStore(value: unknown): value is ConfigStore {
  return typeof value === 'object' && value !== null && 'load' in value;
}
