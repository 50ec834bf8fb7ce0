import { TaskPushNotificationConfig } from '@a2a-js/sdk';
import type { StoredPushNotificationConfig } from '@a2a-js/sdk/server';
import { isRecord } from '@a2a-redis/core/shared';

const TEXT_FIELDS = ['tenant', 'id', 'taskId', 'url', 'token'] as const;
const AUTHENTICATION_FIELDS = ['scheme', 'credentials'] as const;

/**
 * Writes a config in the SDK's wire form, which leaves out empty texts, beside its wire version:
 * `{"wireVersion":"1.0","config":{"id":"…","taskId":"…","url":"…"}}`.
 *
 * @param stored Its config must have no {@link configFault}.
 */
export function encodeConfig({ config, wireVersion }: StoredPushNotificationConfig): string {
  return JSON.stringify({ wireVersion, config: TaskPushNotificationConfig.toJSON(config) });
}

/**
 * Reads what {@link encodeConfig} wrote.
 *
 * @returns The config, or what is wrong with the text, in words that do not quote it: it holds
 *   secrets, and so does the message of a failed `JSON.parse`.
 */
export function decodeConfig(text: string): StoredPushNotificationConfig | string {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  if (!isRecord(record)) return 'is not an object';
  const { config, wireVersion } = record;
  if (typeof wireVersion !== 'string') return 'has no wire version';
  const fault = configFault(config);
  if (fault !== undefined) return `has a config that ${fault}`;
  return { config: TaskPushNotificationConfig.fromJSON(config), wireVersion };
}

/**
 * Finds what the SDK's codec, which makes a text of everything, would turn into something else.
 *
 * @param config A config, or its wire form. A field that is absent means an empty text in both.
 * @returns What is wrong, such as `has a "url" that is not a string`.
 */
export function configFault(config: unknown): string | undefined {
  if (!isRecord(config)) return 'is not an object';
  const field = nonTextField(config, TEXT_FIELDS);
  if (field !== undefined) return `has a "${field}" that is not a string`;
  const authentication = config['authentication'];
  if (authentication === undefined) return undefined;
  if (!isRecord(authentication)) return 'has an "authentication" that is not an object';
  const part = nonTextField(authentication, AUTHENTICATION_FIELDS);
  return part === undefined ? undefined : `has an "authentication.${part}" that is not a string`;
}

function nonTextField(
  record: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): string | undefined {
  return fields.find((field) => {
    const value = record[field];
    return value !== undefined && typeof value !== 'string';
  });
}
