import type { A2ARedisError } from '../../shared/errors.ts';
import { isRefusal } from '../../redis/command-fault.ts';
import { arrayReply, textReply } from '../../redis/reply.ts';
import type { ScriptRunner } from '../../redis/script-runner.ts';
import { defineScript } from '../../redis/script.ts';
import type { Runtime, RuntimeTimer } from '../../runtime/runtime.ts';
import { requireRightsSource } from '../../rights/require-rights.ts';
import { runCheckedCommand } from './checked-command.ts';
import condemnReplicaSource from '../scripts/condemn-replica.lua';
import endLeaseSource from '../scripts/end-lease.lua';
import readKeySource from '../scripts/read-key.lua';
import renewLeaseSource from '../scripts/renew-lease.lua';

const readKey = `${requireRightsSource}\n${readKeySource}`;
const renewLeaseScript = defineScript('renew-lease', `${readKey}\n${renewLeaseSource}`);
const condemnReplicaScript = defineScript('condemn-replica', `${readKey}\n${condemnReplicaSource}`);
const endLeaseScript = defineScript('end-lease', `${readKey}\n${endLeaseSource}`);

/** Of its length, how much of a lease passes between two renewals. */
const RENEWALS = 1 / 4;
/** Of its length, how much of a lease a replica trusts: others' clocks may run a little faster. */
const TRUSTED = 0.9;
/** For how long the names of replicas that are gone are kept: longer than any call is under way. */
const GONE_NAMES_MS = 3_600_000;

/** What a lease tells. */
export interface LeaseEvents {
  /** The replicas whose lease has run out, after each renewal. Empty while it cannot be known. */
  readonly onExpired: (replicas: readonly string[]) => void;
  /** The lease was lost: others have ended what this replica executed. It goes on under a new name. */
  readonly onLost: (replica: string) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * This process's place among the replicas: renewed while the process runs and Redis answers, so that
 * others notice when it is gone.
 */
export class ReplicaLease {
  readonly #runtime: Runtime;
  readonly #runner: ScriptRunner;
  readonly #key: string;
  /** How long after its last sign of life a replica is taken to be gone, in milliseconds. */
  readonly leaseMs: number;
  readonly #keptMs: number;
  readonly #events: LeaseEvents;
  #replica: string;
  #isHeld = false;
  /** Until when the lease lasts, on the server's clock; 0 where there is none. */
  #endsAt = 0;
  #renewedAt = 0;
  /** What the server's clock said at the last renewal, and when it was asked here. */
  #serverClock: { readonly now: number; readonly askedAt: number } | undefined;
  /** Since when it is known who is on the list: whoever was before, had it been lost, has the time to come back. */
  #listedSince = Number.POSITIVE_INFINITY;
  /** Since when renewals have succeeded without a pause. */
  #steadySince = Number.POSITIVE_INFINITY;
  #living: ReadonlyMap<string, number> = new Map();
  #first: Promise<void> | undefined;
  #timer: RuntimeTimer | undefined;
  #refusal: A2ARedisError | undefined;
  /** Whether runs may be noted under the name; when it is stopped, the lease is not renewed either. */
  #phase: 'open' | 'sealed' | 'stopped' = 'open';

  /**
   * @param times `leaseMs`: how long after its last sign of life a replica is taken to be gone; `keptMs`: how long
   *   what its runs need to be ended is kept, which whoever comes later finds by the list.
   */
  constructor(
    runner: ScriptRunner,
    key: string,
    { leaseMs, keptMs }: { readonly leaseMs: number; readonly keptMs: number },
    events: LeaseEvents,
  ) {
    this.#runtime = runner.runtime;
    this.#runner = runner;
    this.#key = key;
    this.leaseMs = leaseMs;
    // What is noted under a lease is noted before it has run out.
    this.#keptMs = keptMs + leaseMs + GONE_NAMES_MS;
    this.#events = events;
    this.#replica = newReplica(this.#runtime);
  }

  /** The name under which this process executes tasks at present. */
  get replica(): string {
    return this.#replica;
  }

  /** Whether nobody can have taken this replica for gone, so that what it says is final. */
  get isCertain(): boolean {
    return !this.#isHeld || this.isLive;
  }

  /**
   * Whether this replica has its lease, and nobody can have taken it for gone: what it begins under its
   * name is looked after.
   */
  get isLive(): boolean {
    return this.#isHeld && this.#runtime.now() - this.#renewedAt < this.leaseMs * TRUSTED;
  }

  /** Why the lease cannot be renewed as long as nobody changes what the client may do; `undefined` where it can. */
  get refusal(): A2ARedisError | undefined {
    return this.#refusal;
  }

  /** Whether what this process executes can be noted under its name. */
  get takesRuns(): boolean {
    return this.#phase === 'open';
  }

  /**
   * Whether the list has been as it should be for a lease's length: whoever lives has looked after its own runs since
   * anything of Redis could have been lost that was noticed here.
   */
  get isCalm(): boolean {
    return this.isLive && this.#isSteady && this.#renewedAt - this.#listedSince >= this.leaseMs;
  }

  /** Whether no other replica is on the list that may live. */
  get isAlone(): boolean {
    return [...this.#living.keys()].every((replica) => replica === this.#replica);
  }

  get #isStopped(): boolean {
    return this.#phase === 'stopped';
  }

  /** Whether all of these replicas are gone, and never come back. True for none. */
  async areGone(replicas: readonly string[]): Promise<boolean> {
    if (replicas.some((replica) => this.#lives(replica))) return false;
    if (replicas.length > 0) await this.#renew();
    const { isLive } = this;
    const seemGone = replicas.every((replica) => {
      const listed = this.#living.has(replica);
      // Not listed, it has left, or others have ended its tasks: unless the list itself was lost.
      const isProof = listed ? this.#isSteady : this.#renewedAt - this.#listedSince >= this.leaseMs;
      return isLive && !this.#lives(replica) && isProof;
    });
    if (!seemGone) return false;
    const listed = replicas.filter((replica) => this.#living.has(replica));
    const condemned = await Promise.all(listed.map(async (replica) => this.condemn(replica)));
    return condemned.every(Boolean);
  }

  /** Takes the lease, if it is not taken, and keeps renewing it. Resolves after the first renewal. */
  async start(): Promise<void> {
    if (this.#isStopped) return;
    this.#first ??= this.#keepRenewing();
    await this.#first;
  }

  /** Finds out whether others have taken this replica for gone, where that may be. */
  async confirm(): Promise<void> {
    if (!this.isLive) await this.renew();
  }

  /** Renews it ahead of its time, and so finds out whether others have taken this replica for gone. */
  async renew(): Promise<void> {
    if (!this.#isStopped) await this.#renew();
  }

  /** Nothing new is noted under the name of this process, which is about to stop: what is noted is ended. */
  seal(): void {
    if (this.#phase === 'open') this.#phase = 'sealed';
  }

  /** Nothing begins under a name of this replica any more: it goes on under a new one. */
  abandon(replica: string): void {
    if (replica === this.#replica && !this.#isStopped) this.#lose();
  }

  /**
   * Stops renewing.
   *
   * @param leaves Whether to leave the list at once. Otherwise the lease runs out, so that others end
   *   what this replica has not.
   */
  async stop(leaves = true): Promise<void> {
    if (this.#isStopped) return;
    this.#phase = 'stopped';
    this.#timer?.cancel();
    if (!this.#isHeld || !leaves) return;
    await runCheckedCommand(this.#runner, 'ZREM', this.#key, [this.#replica]);
  }

  /**
   * Takes a replica for gone whose lease has run out, for good. Whether it has, on the server's clock, and
   * nobody has ended its tasks since.
   */
  async condemn(replica: string): Promise<boolean> {
    return Number(await this.#runner.run(condemnReplicaScript, [this.#key], [replica])) === 1;
  }

  /** Notes that the tasks of a replica that was condemned have been ended. */
  async remove(replica: string): Promise<void> {
    await this.#runner.run(endLeaseScript, [this.#key], [replica]);
  }

  #lives(replica: string): boolean {
    return replica === this.#replica || (this.#living.get(replica) ?? 0) > this.#runtime.now();
  }

  async #keepRenewing(): Promise<void> {
    await this.#renew();
    const pauseMs = this.leaseMs * RENEWALS;
    this.#schedule(this.#isHeld ? pauseMs : pauseMs * RENEWALS);
  }

  async #renew(): Promise<void> {
    const startedAt = this.#runtime.now();
    const replica = this.#replica;
    try {
      const times = [this.leaseMs, this.#endsAt, GONE_NAMES_MS, this.#keptMs];
      const args = [replica, ...times.map(String)];
      const reply = arrayReply(
        renewLeaseScript.name,
        await this.#runner.run(renewLeaseScript, [this.#key], args),
      );
      this.#refusal = undefined;
      // Another renewal may have had its reply before: that name was lost, or more is known by now.
      const isLate = replica !== this.#replica || startedAt < this.#renewedAt;
      if (this.#isStopped || isLate) return;
      // Whoever else was on the list is about to come back to it, or may be where it was not known before.
      if (Number(reply[0]) === 2) this.#listedSince = startedAt;
      this.#listedSince = Math.min(this.#listedSince, startedAt);
      if (Number(reply[0]) === 0) this.#lose();
      else this.#renewed(startedAt, Number(reply[1]), reply.slice(2));
    } catch (error) {
      this.#steadySince = Number.POSITIVE_INFINITY;
      this.#refusal = isRefusal(error) ? error : undefined;
      this.#events.onError(error);
    }
  }

  #renewed(startedAt: number, serverNow: number, replicas: readonly unknown[]): void {
    // A pause of the process or of Redis starts the count anew, and so does a clock that was set forward:
    // by that, leases have run out that are being renewed.
    const hadPause = startedAt - this.#renewedAt > this.leaseMs * RENEWALS * 3;
    const isBroken = hadPause || this.#hasJumped(serverNow);
    if (!this.#isHeld || isBroken || this.#steadySince === Number.POSITIVE_INFINITY) {
      this.#steadySince = startedAt;
    }
    this.#isHeld = true;
    this.#endsAt = serverNow + this.leaseMs;
    this.#renewedAt = startedAt;
    this.#serverClock = { now: serverNow, askedAt: startedAt };
    const living = new Map<string, number>();
    const expired: string[] = [];
    for (let index = 0; index < replicas.length; index += 2) {
      const replica = textReply(replicas[index]);
      const leftMs = Number(replicas[index + 1]);
      living.set(replica, startedAt + leftMs);
      if (leftMs <= 0) expired.push(replica);
    }
    this.#living = living;
    this.#events.onExpired(this.#isSteady ? expired : []);
  }

  /** Whether the server's clock went further since the last renewal than time did here, by more than clocks differ. */
  #hasJumped(serverNow: number): boolean {
    if (this.#serverClock === undefined) return false;
    const { now, askedAt } = this.#serverClock;
    return serverNow - now > this.#runtime.now() - askedAt + this.leaseMs * (1 - TRUSTED);
  }

  /** After an outage every lease has run out: the others get the time to renew theirs. */
  get #isSteady(): boolean {
    return this.#renewedAt - this.#steadySince >= this.leaseMs;
  }

  #lose(): void {
    const lost = this.#replica;
    this.#replica = newReplica(this.#runtime);
    this.#isHeld = false;
    this.#endsAt = 0;
    this.#steadySince = Number.POSITIVE_INFINITY;
    this.#events.onLost(lost);
  }

  #schedule(pauseMs: number): void {
    if (this.#isStopped) return;
    // Renewals of many replicas spread.
    this.#timer = this.#runtime.setTimer(
      () => void this.#keepRenewing(),
      pauseMs * (0.9 + this.#runtime.random() * 0.1),
    );
    this.#timer.unref();
  }
}

function newReplica(runtime: Runtime): string {
  return runtime.randomBytes(6).toString('hex');
}
