import { backoffMs, LruMap, type Runtime } from '@a2a-redis/core/shared';

/** How many failures in a row make a host one that is tried by one delivery at a time. */
const FAILURES_UNTIL_TRIED = 5;
/** Deliveries that are put off come back one by one, so many milliseconds apart, within the longest pause. */
const APART_MS = 10;
/** Of how many hosts something is remembered. */
const MOST_HOSTS = 10_000;

/** How much goes to one host. */
export interface HostLimits {
  /** How many deliveries at once. */
  readonly perHost: number;
  /** How long a delivery waits for its host, in milliseconds. */
  readonly patienceMs: number;
  /** The first pause of a host that fails, at most, and the longest, in milliseconds. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** What comes of asking for a host: whether it may be posted to, or when to ask again. */
export type Admission = 'admitted' | { readonly inMs: number };

/** What a process knows of a host that is posted to. */
export interface HostLoad {
  readonly host: string;
  readonly inFlight: number;
  /** How many attempts in a row failed, of whichever tasks. */
  readonly failures: number;
}

interface Waiting {
  readonly tenant: string;
  readonly admit: (admission: Admission) => void;
}

interface Gate {
  inFlight: number;
  /** How many of those are of which tenant. */
  readonly ofTenants: Map<string, number>;
  failures: number;
  /** Nothing is posted before, on the clock of the runtime. */
  closedUntil: number;
  /** How many deliveries were put off since one got through. */
  putOff: number;
  readonly waiting: Set<Waiting>;
}

/**
 * How many deliveries go to one host at once. Others wait for a while; where the host fails, they are put off, so that they
 * hold no slot meanwhile.
 */
export class HostGates {
  readonly #runtime: Runtime;
  readonly #limits: HostLimits;
  readonly #gates = new LruMap<Gate>(MOST_HOSTS);
  #isShut = false;

  constructor(runtime: Runtime, limits: HostLimits) {
    this.#runtime = runtime;
    this.#limits = limits;
  }

  /** Waits until a host may be posted to for a tenant. Each that is admitted leaves. */
  async enter(host: string, tenant: string): Promise<Admission> {
    if (this.#isShut) return { inMs: 0 };
    const gate = this.#gateOf(host);
    if (this.#isClosed(gate)) return this.#putOff(gate);
    if (this.#takesMore(gate)) {
      countIn(gate, tenant);
      return 'admitted';
    }
    return new Promise((resolve) => {
      const timer = this.#runtime.setTimer(() => {
        gate.waiting.delete(waiting);
        resolve(this.#putOff(gate));
      }, this.#limits.patienceMs);
      const waiting: Waiting = {
        tenant,
        admit: (admission) => {
          gate.waiting.delete(waiting);
          timer.cancel();
          resolve(admission);
        },
      };
      gate.waiting.add(waiting);
    });
  }

  /** An attempt has ended. `none` where it says nothing of the host. */
  leave(host: string, tenant: string, outcome: 'answered' | 'failed' | 'none'): void {
    const gate = this.#gateOf(host);
    countOut(gate, tenant);
    if (outcome === 'answered') {
      gate.failures = 0;
      gate.closedUntil = 0;
      gate.putOff = 0;
    } else if (outcome === 'failed') {
      gate.failures += 1;
      const beyond = gate.failures - FAILURES_UNTIL_TRIED + 1;
      if (beyond > 0) {
        const random = 0.5 + this.#runtime.random() / 2;
        const { firstPauseMs, longestPauseMs } = this.#limits;
        const pauseMs = backoffMs(beyond, firstPauseMs, longestPauseMs, random);
        gate.closedUntil = this.#runtime.now() + pauseMs;
      }
    }
    for (const { tenant: next, admit } of gate.waiting) {
      if (this.#isClosed(gate)) {
        admit(this.#putOff(gate));
      } else if (this.#takesMore(gate)) {
        countIn(gate, next);
        admit('admitted');
      } else {
        break;
      }
    }
  }

  /** Lets nobody wait any longer. */
  close(): void {
    this.#isShut = true;
    for (const [, gate] of this.#gates.entries()) {
      for (const { admit } of gate.waiting) admit({ inMs: 0 });
    }
  }

  /**
   * Hosts that are posted to, or fail, by name.
   *
   * @param tenant For whom: then only those that are posted to for it. Absent for all.
   */
  loads(tenant?: string): readonly HostLoad[] {
    return [...this.#gates.entries()]
      .map(([host, { inFlight, ofTenants, failures }]) => {
        const own = tenant === undefined ? inFlight : (ofTenants.get(tenant) ?? 0);
        return { host, inFlight: own, failures };
      })
      .filter(({ inFlight, failures }) => inFlight > 0 || (tenant === undefined && failures > 0))
      .toSorted((one, other) => (one.host < other.host ? -1 : 1));
  }

  #gateOf(host: string): Gate {
    const known = this.#gates.get(host);
    if (known !== undefined) return known;
    const gate: Gate = {
      inFlight: 0,
      ofTenants: new Map(),
      failures: 0,
      closedUntil: 0,
      putOff: 0,
      waiting: new Set(),
    };
    this.#gates.set(host, gate);
    return gate;
  }

  #isClosed(gate: Gate): boolean {
    return this.#runtime.now() < gate.closedUntil;
  }

  #takesMore({ failures, inFlight }: Gate): boolean {
    return inFlight < (failures >= FAILURES_UNTIL_TRIED ? 1 : this.#limits.perHost);
  }

  #putOff(gate: Gate): Admission {
    gate.putOff += 1;
    const { firstPauseMs, longestPauseMs } = this.#limits;
    const spreadMs = Math.min(longestPauseMs, firstPauseMs + gate.putOff * APART_MS);
    const closedMs = Math.max(0, gate.closedUntil - this.#runtime.now());
    return { inMs: closedMs + backoffMs(1, spreadMs, spreadMs, this.#runtime.random()) };
  }
}

function countIn(gate: Gate, tenant: string): void {
  gate.inFlight += 1;
  gate.ofTenants.set(tenant, (gate.ofTenants.get(tenant) ?? 0) + 1);
}

function countOut(gate: Gate, tenant: string): void {
  gate.inFlight = Math.max(0, gate.inFlight - 1);
  const left = (gate.ofTenants.get(tenant) ?? 0) - 1;
  if (left > 0) gate.ofTenants.set(tenant, left);
  else gate.ofTenants.delete(tenant);
}
