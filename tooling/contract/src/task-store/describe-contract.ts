import { describe } from 'vitest';

import { continuesPages } from './continues-pages.ts';
import { filtersLists } from './filters-lists.ts';
import { keepsConcurrentSaves } from './keeps-concurrent-saves.ts';
import { keepsEveryField } from './keeps-every-field.ts';
import { keepsLargeTasks } from './keeps-large-tasks.ts';
import { keepsTerminalStates } from './keeps-terminal-states.ts';
import { leavesOutArtifacts } from './leaves-out-artifacts.ts';
import { listsNewestFirst } from './lists-newest-first.ts';
import { mergesLateWrites } from './merges-late-writes.ts';
import { overwrites } from './overwrites.ts';
import { pages } from './pages.ts';
import { refusesBadListRequests } from './refuses-bad-list-requests.ts';
import { returnsPrivateCopies } from './returns-private-copies.ts';
import { savesAndLoads } from './saves-and-loads.ts';
import { savesCopies } from './saves-copies.ts';
import { scopesByTenantAndOwner } from './scopes-by-tenant-and-owner.ts';
import { sortsByMoment } from './sorts-by-moment.ts';
import { storesValuesAsJson } from './stores-values-as-json.ts';
import type { MakeTaskStore, TaskStoreCapabilities } from './subject.ts';
import { takesManyUpdates } from './takes-many-updates.ts';
import { takesOddIds } from './takes-odd-ids.ts';
import { takesPageSizes } from './takes-page-sizes.ts';

const SPECS = [
  savesAndLoads,
  returnsPrivateCopies,
  overwrites,
  savesCopies,
  keepsEveryField,
  storesValuesAsJson,
  takesOddIds,
  scopesByTenantAndOwner,
  listsNewestFirst,
  sortsByMoment,
  filtersLists,
  pages,
  continuesPages,
  takesPageSizes,
  leavesOutArtifacts,
  refusesBadListRequests,
  keepsLargeTasks,
  takesManyUpdates,
  keepsConcurrentSaves,
  mergesLateWrites,
  keepsTerminalStates,
];

/**
 * Declares the tests that every `TaskStore` of this project, and the SDK's own, passes.
 *
 * @param name Stands before the tests' names.
 * @param makeStore Called once by most tests; what it returns must share nothing.
 * @param capabilities Where the store means something else than the SDK's in-memory store, knowingly.
 */
export function describeTaskStoreContract(
  name: string,
  makeStore: MakeTaskStore,
  capabilities: TaskStoreCapabilities = {},
): void {
  describe(`${name} as a TaskStore`, () => {
    for (const spec of SPECS) spec({ makeStore, capabilities });
  });
}
