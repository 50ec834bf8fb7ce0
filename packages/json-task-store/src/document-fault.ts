import { type CorruptionReport, corruptRecord } from '@a2a-redis/core/task-store';

/** Makes errors for faults in the value at a path of a document: each names the place at fault. */
export function corruptAt(key: string, path: string): CorruptionReport {
  return (inner, problem, cause) =>
    corruptRecord({ key, field: inner === '' ? path : `${path}.${inner}` }, problem, cause);
}
