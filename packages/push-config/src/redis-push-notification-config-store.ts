import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import type {
  PushNotificationStore,
  ServerCallContext,
  StoredPushNotificationConfig,
} from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import {
  abbreviate,
  defineScript,
  detailedError,
  type RedisScript,
  type RedisScriptClient,
  requireId,
  requireRightsSource,
  runCommand,
  type ScopeResolver,
  scopeResolver,
  ScriptRunner,
} from '@a2a-redis/core/shared';

import { ConfigCipher } from './config-cipher.ts';
import { configFault } from './config-codec.ts';
import { configField, configsKey, type TaskPlace } from './config-key.ts';
import { encodeRecordBody } from './config-record.ts';
import {
  type Limits,
  readLimits,
  type RedisPushNotificationConfigStoreOptions,
} from './options.ts';
import { unreadableConfigs } from './field-fault.ts';
import deleteConfigSource from './scripts/delete-config.lua';
import loadConfigsSource from './scripts/load-configs.lua';
import saveConfigSource from './scripts/save-config.lua';
import { badCounter, decodeTaskConfigs } from './task-configs.ts';

const SAVE_CONFIG = defineScript('save-config', `${requireRightsSource}\n${saveConfigSource}`);
const LOAD_CONFIGS = defineScript('load-configs', loadConfigsSource, { writes: 'never' });
const DELETE_CONFIG = defineScript(
  'delete-config',
  `${requireRightsSource}\n${deleteConfigSource}`,
);

/** What the SDK takes a call without a version for. It does not export the constant. */
const LEGACY_WIRE_VERSION = '0.3';

/**
 * Keeps the push-notification configs of tasks in Redis, so that every replica of an agent sends
 * the notifications that a client registered with any of them.
 *
 * It means what the SDK's `InMemoryPushNotificationStore` means, except that {@link delete} without
 * a config id removes all configs of the task. Every method is one round trip and one atomic
 * script, and waits for an absent Redis until the deadline.
 *
 * Besides the codes named below, every method rejects with an `A2ARedisError` whose code is
 * `INVALID_ARGUMENT` before Redis is touched, or `DEADLINE_EXCEEDED`, `CLIENT_CLOSED` or
 * `COMMAND_FAILED`.
 *
 * @see The SDK's interface `PushNotificationStore`.
 */
export class RedisPushNotificationConfigStore implements PushNotificationStore {
  readonly #scripts: ScriptRunner;
  readonly #scopeOf: ScopeResolver;
  readonly #limits: Limits;
  readonly #cipher: ConfigCipher | undefined;

  /**
   * @param client A connected node-redis client, pool, cluster or sentinel. It stays the caller's:
   *   the store opens nothing and closes nothing.
   * @param options See {@link RedisPushNotificationConfigStoreOptions}.
   * @throws {A2ARedisError} `INVALID_OPTION`, naming the option.
   */
  constructor(client: RedisScriptClient, options: RedisPushNotificationConfigStoreOptions = {}) {
    this.#limits = readLimits(options);
    this.#scripts = new ScriptRunner(client, this.#limits.deadlineMs);
    this.#scopeOf = scopeResolver(options.ownerResolver);
    const { encryption } = options;
    this.#cipher =
      encryption === undefined ? undefined : new ConfigCipher(this.#scripts.runtime, encryption);
  }

  /**
   * Stores a config as the last of its task's, also when its id is stored already.
   *
   * @param taskId Not empty.
   * @param context Tells the tenant, the owner, and the A2A version that is kept with the config.
   * @param pushNotificationConfig Gets a random id in place when its own is empty, also when the
   *   call then fails, so that it can be repeated without storing two configs.
   * @throws {A2ARedisError} `LIMIT_EXCEEDED` when the task has `maxConfigsPerTask` others;
   *   `CORRUPT_RECORD` when the stored hash cannot take it. Nothing was stored in both cases.
   */
  async save(
    taskId: string,
    context: ServerCallContext,
    pushNotificationConfig: TaskPushNotificationConfig,
  ): Promise<void> {
    const place = this.#placeOf(taskId, context);
    const fault = configFault(pushNotificationConfig);
    if (fault !== undefined) {
      throw new A2ARedisError('INVALID_ARGUMENT', `The push-notification config ${fault}.`);
    }
    if (!pushNotificationConfig.id) pushNotificationConfig.id = this.#scripts.runtime.randomUUID();
    const configId = requireId('The config id', pushNotificationConfig.id);
    const wireVersion = context.requestedVersion || LEGACY_WIRE_VERSION;
    const body = encodeRecordBody(
      this.#scripts.runtime,
      { config: pushNotificationConfig, wireVersion },
      { ...place, configId },
      this.#cipher,
    );
    const { maxConfigsPerTask, ttlSeconds } = this.#limits;
    const reply = await this.#run(SAVE_CONFIG, place, [
      configField(configId),
      body,
      String(maxConfigsPerTask),
      String(ttlSeconds ?? ''),
    ]);
    switch (reply) {
      case 'saved':
        return;
      case 'full':
        throw new A2ARedisError(
          'LIMIT_EXCEEDED',
          `Task ${abbreviate(taskId)} has ${maxConfigsPerTask} push-notification configs, as many ` +
            'as option "maxConfigsPerTask" allows.',
        );
      case 'bad-counter':
        throw badCounter(place);
      default:
        throw unexpectedReply(SAVE_CONFIG, reply);
    }
  }

  /**
   * Loads the configs of a task in the order of their last saves. They are the caller's own copies.
   *
   * @throws {A2ARedisError} As {@link loadWithMetadata}.
   */
  async load(taskId: string, context: ServerCallContext): Promise<TaskPushNotificationConfig[]> {
    const stored = await this.loadWithMetadata(taskId, context);
    return stored.map(({ config }) => config);
  }

  /**
   * Loads the configs of a task with the A2A version that each was saved over, as `0.3` or `1.0`,
   * in the order of their last saves.
   *
   * @throws {A2ARedisError} `CORRUPT_RECORD`, `PLAINTEXT_RECORD`, `ENCRYPTION_KEY_UNKNOWN` or
   *   `DECRYPTION_FAILED` when one of them cannot be read; the detail names its key and field. {@link delete}
   *   removes such a config; {@link save} replaces it.
   */
  async loadWithMetadata(
    taskId: string,
    context: ServerCallContext,
  ): Promise<StoredPushNotificationConfig[]> {
    const place = this.#placeOf(taskId, context);
    const reply = await this.#run(LOAD_CONFIGS, place, []);
    if (!isTexts(reply)) throw unexpectedReply(LOAD_CONFIGS, reply);
    return decodeTaskConfigs(place, reply, this.#cipher);
  }

  /**
   * Removes a config of a task, readable or not, or all of them. One that is not there is removed
   * already.
   *
   * This differs from the SDK's in-memory store, which takes the task id for a missing config id.
   *
   * @param configId Removes all configs of the task when left out.
   * @throws {A2ARedisError} `CORRUPT_RECORD` when a config id is given and the task's key is not a
   *   hash. Without a config id the key is removed, whatever it holds.
   */
  async delete(taskId: string, context: ServerCallContext, configId?: string): Promise<void> {
    const place = this.#placeOf(taskId, context);
    if (configId === undefined) {
      await runCommand(this.#scripts, 'DEL', configsKey(place));
      return;
    }
    const reply = await this.#run(DELETE_CONFIG, place, [fieldToDelete(configId)]);
    if (reply !== 'deleted') throw unexpectedReply(DELETE_CONFIG, reply);
  }

  #placeOf(taskId: string, context: ServerCallContext): TaskPlace {
    return {
      prefix: this.#limits.prefix,
      scope: this.#scopeOf(context),
      taskId: requireId('The task id', taskId),
    };
  }

  async #run(script: RedisScript, place: TaskPlace, args: readonly string[]): Promise<unknown> {
    const key = configsKey(place);
    const reply = await this.#scripts.run(script, [key], args);
    if (reply !== 'not-a-hash') return reply;
    throw detailedError('CORRUPT_RECORD', unreadableConfigs(place), {
      detail: `Key ${abbreviate(key)} does not hold a hash.`,
    });
  }
}

/** An empty id is no mistake in the SDK's store either: it is the id of no config. */
function fieldToDelete(configId: string): string {
  return configField(configId === '' ? configId : requireId('The config id', configId));
}

function isTexts(reply: unknown): reply is readonly string[] {
  return Array.isArray(reply) && reply.every((item) => typeof item === 'string');
}

/** For example from a client whose type mapping turns texts into something else. */
function unexpectedReply(script: RedisScript, reply: unknown): A2ARedisError {
  const what = typeof reply === 'string' ? abbreviate(reply) : 'something else';
  return detailedError('COMMAND_FAILED', 'Redis gave a reply of an unexpected kind.', {
    detail: `Script ${script.name} must answer in strings, and answered ${what}.`,
  });
}
