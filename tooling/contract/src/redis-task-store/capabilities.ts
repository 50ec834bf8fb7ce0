import type { TaskStoreCapabilities } from '../task-store/subject.ts';

/** Where the task stores on Redis knowingly differ from the SDK's in-memory store; see their READMEs. */
export const CAPABILITIES: TaskStoreCapabilities = {
  storesValuesAsJson: true,
  mergesLateWrites: true,
  keepsTerminalStates: true,
  continuesPagesWhileTasksChange: true,
  refusesBadListRequests: true,
  sortsByMoment: true,
  longestCopiedList: 512,
};
