import type { StreamResponse, Task } from '@a2a-js/sdk';
import {
  type DefaultPushNotificationSenderOptions,
  type PushNotificationSerializer,
  V1PushNotificationSerializer,
} from '@a2a-js/sdk/server';
import { invalidOption, isRecord } from '@a2a-redis/core/shared';

/** What a webhook says: the same in every attempt. */
export interface WebhookContent {
  readonly body: string;
  /** `content-type` and `a2a-version`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Serializers by A2A version, as the SDK's `DefaultPushNotificationSender` takes them. */
export type WebhookSerializers = NonNullable<DefaultPushNotificationSenderOptions['serializers']>;

/** The version that is always there, and that is taken in place of one without a serializer. */
const CURRENT_VERSION = '1.0';
const MOST_REPORTED = 100;
/** What the SDK's serializer of that version says of its texts. */
const CURRENT_HEADERS: WebhookContent['headers'] = {
  'content-type': 'application/a2a+json',
  'a2a-version': CURRENT_VERSION,
};

/**
 * Serializes what is posted as the SDK's sender does: by the serializer of the version over which the config was
 * registered; where there is none, by that of version 1.0.
 */
export class WebhookContents {
  readonly #serializers: ReadonlyMap<string, PushNotificationSerializer>;
  readonly #current: PushNotificationSerializer;
  readonly #onMissing: (version: string) => void;
  readonly #reported = new Set<string>();

  /**
   * @param serializers Besides that of 1.0, or in its place: for webhooks over 0.3, `V03PushNotificationSerializer` of
   *   `@a2a-js/sdk/compat/v0_3/server`.
   * @param onMissing Told once of each version that has none.
   * @throws {A2ARedisError} `INVALID_OPTION`, naming the version.
   */
  constructor(
    serializers: WebhookSerializers | undefined,
    onMissing: (version: string) => void = () => {},
  ) {
    const known = new Map(readSerializers(serializers));
    this.#current = known.get(CURRENT_VERSION) ?? new V1PushNotificationSerializer();
    this.#serializers = known.set(CURRENT_VERSION, this.#current);
    this.#onMissing = onMissing;
  }

  /**
   * What is posted of an event.
   *
   * @param wireVersion The A2A version over which the config was registered.
   * @param task The task as it was after the event: version 0.3 posts it whole.
   * @throws What a serializer throws.
   */
  contentOf(response: StreamResponse, wireVersion: string, task?: Task): WebhookContent {
    const own = this.#serializers.get(wireVersion);
    if (own === undefined) this.#report(wireVersion);
    const { body, contentType } = (own ?? this.#current).serialize(response, task);
    const version = own === undefined ? CURRENT_VERSION : wireVersion;
    return { body, headers: { 'content-type': contentType, 'a2a-version': version } };
  }

  /**
   * As {@link contentOf}, of an event as the SDK's serializer of version 1.0 has written it: where it would write it again,
   * it is taken as it is.
   *
   * @param read Reads the event, and the task as it was after it.
   */
  contentOfText(
    text: string,
    wireVersion: string,
    read: () => { readonly response: StreamResponse; readonly task: Task | undefined },
  ): WebhookContent {
    const serializer = this.#serializers.get(wireVersion) ?? this.#current;
    if (Object.getPrototypeOf(serializer) !== V1PushNotificationSerializer.prototype) {
      const { response, task } = read();
      return this.contentOf(response, wireVersion, task);
    }
    if (!this.#serializers.has(wireVersion)) this.#report(wireVersion);
    return { body: text, headers: CURRENT_HEADERS };
  }

  #report(version: string): void {
    if (this.#reported.has(version) || this.#reported.size >= MOST_REPORTED) return;
    this.#reported.add(version);
    this.#onMissing(version);
  }
}

function readSerializers(
  serializers: WebhookSerializers = {},
): readonly (readonly [string, PushNotificationSerializer])[] {
  if (!isRecord(serializers)) throw invalidOption('serializers', 'must be an object');
  return Object.entries(serializers).flatMap(([version, serializer]) => {
    if (serializer === undefined) return [];
    if (!isRecord(serializer) || typeof serializer['serialize'] !== 'function') {
      throw invalidOption(`serializers.${version}`, 'must have a method serialize');
    }
    return [[version, serializer] as const];
  });
}
