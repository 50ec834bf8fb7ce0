import type { TaskPushNotificationConfig } from '@a2a-js/sdk';

import { configHeaders, TOKEN_HEADER } from './config-headers.ts';
import { TargetGuard } from './target-guard.ts';
import { readTargetOptions, type WebhookTargetOptions } from './target-options.ts';

/** Why a config is not taken, as one sentence without what is in it; `undefined` where it is. */
export type WebhookConfigCheck = (config: TaskPushNotificationConfig) => string | undefined;

/**
 * Makes the check that `RedisPushNotificationConfigStore` makes of a config before it stores it, as its option
 * `checkConfig`: whoever registers a webhook that can never be posted to is told at once. The sender looks at each URL
 * and address again when it posts.
 *
 * @param options The same as those of the sender.
 * @throws {A2ARedisError} `INVALID_OPTION`, naming the option.
 */
export function webhookConfigCheck(options: WebhookTargetOptions = {}): WebhookConfigCheck {
  const guard = new TargetGuard(readTargetOptions(options, ''));
  return (config) => {
    const refusal = guard.refusalOf(config.url);
    if (refusal !== undefined) return refusal;
    const headers = configHeaders(config, TOKEN_HEADER);
    return 'refusal' in headers ? headers.refusal : undefined;
  };
}
