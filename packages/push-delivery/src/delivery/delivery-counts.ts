import { LruMap } from '@a2a-redis/core/shared';

/** What a process has done since it started. */
export interface WorkerCounts {
  readonly delivered: number;
  readonly retried: number;
  readonly dead: number;
  /** Deliveries that others had taken before their attempt ended. */
  readonly stale: number;
}

const NONE: WorkerCounts = { delivered: 0, retried: 0, dead: 0, stale: 0 };
/** So many tenants are counted apart: those for which something was done last. */
const MOST_TENANTS = 10_000;

/** Counts what a process does, of all tenants and of each. */
export class DeliveryCounts {
  #all = NONE;
  readonly #ofTenants = new LruMap<WorkerCounts>(MOST_TENANTS);

  add(tenant: string, what: keyof WorkerCounts): void {
    this.#all = oneMore(this.#all, what);
    this.#ofTenants.set(tenant, oneMore(this.of(tenant), what));
  }

  /** @param tenant Absent for all. */
  of(tenant?: string): WorkerCounts {
    return tenant === undefined ? this.#all : (this.#ofTenants.get(tenant) ?? NONE);
  }
}

function oneMore(counts: WorkerCounts, what: keyof WorkerCounts): WorkerCounts {
  return { ...counts, [what]: counts[what] + 1 };
}
