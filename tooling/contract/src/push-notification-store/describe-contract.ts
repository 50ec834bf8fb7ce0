import { describe } from 'vitest';

import { assignsIds } from './assigns-ids.ts';
import { deletesOneConfig } from './deletes-one-config.ts';
import { deletesWithoutConfigId } from './deletes-without-config-id.ts';
import { keepsConcurrentSaves } from './keeps-concurrent-saves.ts';
import { keepsEveryField } from './keeps-every-field.ts';
import { keepsOrder } from './keeps-order.ts';
import { keepsWireVersions } from './keeps-wire-versions.ts';
import { matchesTheInMemoryStore } from './matches-the-in-memory-store.ts';
import { returnsPrivateCopies } from './returns-private-copies.ts';
import { scopesByTenantAndOwner } from './scopes-by-tenant-and-owner.ts';
import { separatesTasks } from './separates-tasks.ts';
import type { MakePushNotificationStore, PushNotificationStoreCapabilities } from './subject.ts';

const SPECS = [
  assignsIds,
  keepsOrder,
  keepsWireVersions,
  keepsEveryField,
  returnsPrivateCopies,
  scopesByTenantAndOwner,
  separatesTasks,
  deletesOneConfig,
  deletesWithoutConfigId,
  keepsConcurrentSaves,
  matchesTheInMemoryStore,
];

/**
 * Declares the tests that every `PushNotificationStore` of this project, and the SDK's own, passes.
 *
 * @param name Stands before the tests' names.
 * @param makeStore Called once or more by each test; what it returns must share nothing. It must
 *   take 100 configs a task.
 * @param capabilities Where the store means something else than the SDK's in-memory store, knowingly.
 */
export function describePushNotificationStoreContract(
  name: string,
  makeStore: MakePushNotificationStore,
  capabilities: PushNotificationStoreCapabilities = { deleteWithoutConfigId: 'named-after-task' },
): void {
  describe(`${name} as a PushNotificationStore`, () => {
    for (const spec of SPECS) spec({ makeStore, capabilities });
  });
}
