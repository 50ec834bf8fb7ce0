import type { StoredPushNotificationConfig } from '@a2a-js/sdk/server';
import type { A2ARedisError } from '@a2a-redis/core';

import type { ConfigCipher } from './config-cipher.ts';
import { configIdOfField, COUNTER_FIELD, type TaskPlace } from './config-key.ts';
import { decodeRecord, type SequencedConfig } from './config-record.ts';
import { fieldFault } from './field-fault.ts';

const COUNTER = /^[1-9]\d{0,14}$/;

/**
 * Reads a task's whole hash.
 *
 * @param fieldsAndValues Field, value, field, value, ... in any order.
 * @returns The configs in the order of their last saves.
 * @throws {A2ARedisError} When any field cannot be read: a list without it would be another list.
 */
export function decodeTaskConfigs(
  place: TaskPlace,
  fieldsAndValues: readonly string[],
  cipher: ConfigCipher | undefined,
): StoredPushNotificationConfig[] {
  const configs: SequencedConfig[] = [];
  let counter: string | undefined;
  for (const [index, field] of fieldsAndValues.entries()) {
    if (index % 2 === 1) continue;
    const value = fieldsAndValues[index + 1] ?? '';
    const configId = configIdOfField(field);
    if (configId !== undefined) {
      configs.push(decodeRecord(value, { ...place, configId }, cipher));
    } else if (field === COUNTER_FIELD) {
      counter = value;
    } else {
      throw fieldFault('CORRUPT_RECORD', place, field, 'is neither a config nor their counter');
    }
  }
  if (fieldsAndValues.length > 0 && !COUNTER.test(counter ?? '')) throw badCounter(place);
  return configs
    .toSorted((one, other) => one.sequence - other.sequence)
    .map(({ stored }) => stored);
}

/** The error about a counter that is missing or cannot be counted on from. */
export function badCounter(place: TaskPlace): A2ARedisError {
  return fieldFault('CORRUPT_RECORD', place, COUNTER_FIELD, 'is missing, or no sequence number');
}
