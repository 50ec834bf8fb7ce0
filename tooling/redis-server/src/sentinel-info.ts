import { infoField } from './info-field.ts';

/** What a sentinel knows of the primary that it watches. */
export interface WatchedPrimary {
  /** `ok`, `sdown` or `odown`. */
  readonly status: string;
  /** `host:port`. */
  readonly address: string;
  readonly replicas: number;
  /** Itself included. */
  readonly sentinels: number;
}

/**
 * Reads a sentinel's reply to INFO SENTINEL.
 *
 * @throws Error when it watches nothing.
 */
export function watchedPrimary(info: string): WatchedPrimary {
  const text = infoField(info, 'master0');
  const fields = new Map(text.split(',').map((field) => pair(field)));
  const [status, address] = [fields.get('status'), fields.get('address')];
  if (status === undefined || address === undefined)
    throw new Error('the sentinel watches nothing');
  return {
    status,
    address,
    replicas: Number(fields.get('slaves')),
    sentinels: Number(fields.get('sentinels')),
  };
}

/**
 * Whether a sentinel that replied this to SENTINEL REPLICAS could promote a replica: it has asked
 * it, and heard that it is in step. The reply is names and values, a line each.
 */
export function knowsGoodReplica(replicas: string): boolean {
  return /^flags\nslave\n/m.test(replicas) && /^master-link-status\nok$/m.test(replicas);
}

/**
 * Whether a sentinel that replied this to SENTINEL SENTINELS is connected to all `count` others; to
 * clients, one that is not does not exist.
 */
export function isConnectedToSentinels(sentinels: string, count: number): boolean {
  return (sentinels.match(/^flags\nsentinel$/gm) ?? []).length === count;
}

/** Whether a primary's reply to INFO REPLICATION shows `count` replicas that have its data. */
export function hasOnlineReplicas(info: string, count: number): boolean {
  const online = info.match(/^slave\d+:.*\bstate=online\b/gm) ?? [];
  return online.length === count;
}

function pair(field: string): readonly [string, string] {
  const at = field.indexOf('=');
  return [field.slice(0, at), field.slice(at + 1)];
}
