/**
 * How many deliveries a process makes at once, and for whom. A tenant may hold as many slots as are free beside its own:
 * one alone gets half of them, two a third each, and there is always one for who comes next.
 */
export class WorkerSlots {
  readonly #size: number;
  readonly #held = new Map<string, number>();
  #taken = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get free(): number {
    return this.#size - this.#taken;
  }

  get taken(): number {
    return this.#taken;
  }

  /** How many a tenant holds. */
  heldBy(tenant: string): number {
    return this.#held.get(tenant) ?? 0;
  }

  /** How many more a tenant may hold that holds none. */
  get forNewcomer(): number {
    return Math.ceil(this.free / 2);
  }

  /** How many more each tenant may hold that holds some. */
  allowances(): readonly (readonly [tenant: string, count: number])[] {
    return [...this.#held].map(([tenant, held]) => {
      return [tenant, Math.max(0, Math.ceil((this.free - held) / 2))];
    });
  }

  /** Takes one that was free when work for the tenant was asked for. */
  hold(tenant: string): void {
    this.#held.set(tenant, this.heldBy(tenant) + 1);
    this.#taken += 1;
  }

  /** Takes slots for a tenant: so many at most, as long as it may. Returns how many. */
  take(tenant: string, most: number): number {
    let taken = 0;
    while (taken < most && this.#mayTake(tenant)) {
      this.hold(tenant);
      taken += 1;
    }
    return taken;
  }

  /** Gives slots back. */
  leave(tenant: string, count: number): void {
    const held = this.heldBy(tenant) - count;
    if (held > 0) this.#held.set(tenant, held);
    else this.#held.delete(tenant);
    this.#taken -= count;
  }

  #mayTake(tenant: string): boolean {
    const held = this.heldBy(tenant);
    return this.free > 0 && (held === 0 || held < this.free);
  }
}
