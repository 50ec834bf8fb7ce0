import type { A2ARedisError } from '../../shared/errors.ts';
import { isRefusal } from '../../redis/command-fault.ts';
import { arrayReply, textReply } from '../../redis/reply.ts';
import type { ScriptRunner } from '../../redis/script-runner.ts';
import { defineScript } from '../../redis/script.ts';
import type { Runtime, RuntimeTimer } from '../../runtime/runtime.ts';
import { requireRightsSource } from '../../rights/require-rights.ts';
import { runCheckedCommand } from './checked-command.ts';
import type { LeaseTimes } from './lease-times.ts';
import condemnReplicaSource from '../scripts/condemn-replica.lua';
import endLeaseSource from '../scripts/end-lease.lua';
import readKeySource from '../scripts/read-key.lua';
import renewLeaseSource from '../scripts/renew-lease.lua';

const readKey = `${requireRightsSource}\n${readKeySource}`;
const renewLeaseScript = defineScript('renew-lease', `${readKey}\n${renewLeaseSource}`);
const condemnReplicaScript = defineScript('condemn-replica', `${readKey}\n${condemnReplicaSource}`);
const endLeaseScript = defineScript('end-lease', `${readKey}\n${endLeaseSource}`);

/** Of its length, how much of a lease a replica trusts: others' clocks may run a little faster. */
const TRUSTED = 0.9;
/** For how long the names of replicas that are gone are kept: longer than any call is under way. */
const GONE_NAMES_MS = 3_600_000;
/** How long after the end of a lease it is looked, so that the server takes it to have run out, in milliseconds. */
const NOTICED_MS = 20;
/** How much earlier than at the latest renewals come, of a replica that executes and of an idle one: they spread. */
const SPREAD = { busy: 0.05, idle: 0.008 };

/** What a lease tells, and asks. */
export interface LeaseEvents {
  /** Whether this process executes, or did a moment ago: others must notice in time when it is gone. */
  readonly isBusy: () => boolean;
  /** The replicas whose lease has run out, after each renewal. Empty while it cannot be known. */
  readonly onExpired: (replicas: readonly string[]) => void;
  /** The lease was lost: others have ended what this replica executed. It goes on under a new name. */
  readonly onLost: (replica: string) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * This process's place among the replicas: renewed while the process runs and Redis answers, so that
 * others notice when it is gone. With each renewal it looks for those that are. An idle process has a longer lease, and
 * renews it more seldom: but when the lease of another one is about to run out.
 */
export class ReplicaLease {
  readonly #runtime: Runtime;
  readonly #runner: ScriptRunner;
  readonly #key: string;
  readonly #times: LeaseTimes;
  readonly #keptMs: number;
  readonly #events: LeaseEvents;
  #replica: string;
  #isHeld = false;
  /** Until when the lease lasts, on the server's clock; 0 where there is none. */
  #endsAt = 0;
  /** How long it lasts from the last renewal. */
  #lastsMs = 0;
  #renewedAt = 0;
  /** Until when others must notice in time, though nothing is executed yet. */
  #neededUntil = Number.NEGATIVE_INFINITY;
  /** What the server's clock said at the last renewal, and when it was asked here. */
  #serverClock: { readonly now: number; readonly askedAt: number } | undefined;
  /** Since when it is known who is on the list: whoever was before, had it been lost, has the time to come back. */
  #listedSince = Number.POSITIVE_INFINITY;
  /** Since when renewals have succeeded without a pause. */
  #steadySince = Number.POSITIVE_INFINITY;
  #living: ReadonlyMap<string, number> = new Map();
  /** When leases end on the server's clock, as of the last renewal, and of the last one after a pause. */
  #ends: ReadonlyMap<string, number> = new Map();
  #endsAfterPause: ReadonlyMap<string, number> = new Map();
  #first: Promise<void> | undefined;
  #confirming: Promise<void> | undefined;
  #timer: RuntimeTimer | undefined;
  #refusal: A2ARedisError | undefined;
  /** Whether the last renewal got no answer, or is under way. */
  #hasFailed = false;
  /** Whether runs may be noted under the name; when it is stopped, the lease is not renewed either. */
  #phase: 'open' | 'sealed' | 'stopped' = 'open';

  /**
   * @param times See {@link LeaseTimes}; `keptMs`: how long what its runs need to be ended is kept, which whoever comes
   *   later finds by the list.
   */
  constructor(
    runner: ScriptRunner,
    key: string,
    times: LeaseTimes & { readonly keptMs: number },
    events: LeaseEvents,
  ) {
    this.#runtime = runner.runtime;
    this.#runner = runner;
    this.#key = key;
    this.#times = times;
    // What is noted under a lease is noted before it has run out.
    this.#keptMs = times.keptMs + times.idleLeaseMs + GONE_NAMES_MS;
    this.#events = events;
    this.#replica = newReplica(this.#runtime);
  }

  /** How long after its last sign of life a replica that executes is taken to be gone, in milliseconds. */
  get leaseMs(): number {
    return this.#times.leaseMs;
  }

  /** How long others have to come back after an outage, in milliseconds. */
  get graceMs(): number {
    return this.#times.graceMs;
  }

  /** The name under which this process executes tasks at present. */
  get replica(): string {
    return this.#replica;
  }

  /** Whether nobody can have taken this replica for gone, so that what it says is final. */
  get isCertain(): boolean {
    return !this.#isHeld || this.isLive;
  }

  /** Whether this replica has its lease, and nobody can have taken it for gone. */
  get isLive(): boolean {
    return this.#isHeld && this.#runtime.now() - this.#renewedAt < this.#lastsMs * TRUSTED;
  }

  /** Whether what this replica begins under its name is looked after in time where it is gone: it is live, and not idle. */
  get isWatched(): boolean {
    return this.isLive && this.#lastsMs <= this.leaseMs;
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
   * Whether the list has been as it should be for long enough: whoever lives has looked after its own runs since
   * anything of Redis could have been lost that was noticed here.
   */
  get isCalm(): boolean {
    const isListed = this.#renewedAt - this.#listedSince >= this.graceMs;
    return this.isLive && this.#isSteady && isListed;
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
      const isProof = listed
        ? this.#hadTime(replica)
        : this.#renewedAt - this.#listedSince >= this.graceMs;
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
    this.#first ??= this.#renew();
    await this.#first;
  }

  /**
   * Finds out whether others have taken this replica for gone, where that may be; and has them notice in time from now on
   * when it is, where it was idle.
   */
  async confirm(): Promise<void> {
    this.#neededUntil = this.#runtime.now() + this.leaseMs;
    if (this.isWatched) return;
    this.#confirming ??= this.renew().finally(() => {
      this.#confirming = undefined;
    });
    await this.#confirming;
  }

  /** Looks who lives, where that was not looked up a moment ago. */
  async look(): Promise<void> {
    if (this.#runtime.now() - this.#renewedAt > this.#times.renewMs) await this.renew();
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

  /** Renews it, and sees to it that it is renewed again, from the first time on. */
  async #renew(): Promise<void> {
    await this.#renewOnce();
    if (this.#first !== undefined) this.#schedule();
  }

  async #renewOnce(): Promise<void> {
    const startedAt = this.#runtime.now();
    const replica = this.#replica;
    this.#hasFailed = true;
    try {
      const times = [this.leaseMs, this.#endsAt, GONE_NAMES_MS, this.#keptMs];
      const args = [replica, ...times.map(String)];
      if (this.#isIdle) args.push(String(this.#times.idleLeaseMs));
      const reply = arrayReply(
        renewLeaseScript.name,
        await this.#runner.run(renewLeaseScript, [this.#key], args),
      );
      this.#refusal = undefined;
      this.#hasFailed = false;
      // Another renewal may have had its reply before: that name was lost, or more is known by now.
      const isLate = replica !== this.#replica || startedAt < this.#renewedAt;
      if (this.#isStopped || isLate) return;
      // Whoever else was on the list is about to come back to it, or may be where it was not known before.
      if (Number(reply[0]) === 2) this.#listedSince = startedAt;
      this.#listedSince = Math.min(this.#listedSince, startedAt);
      if (Number(reply[0]) === 0) this.#lose();
      else this.#renewed(startedAt, Number(reply[1]), Number(reply[2]), reply.slice(3));
    } catch (error) {
      this.#steadySince = Number.POSITIVE_INFINITY;
      this.#refusal = isRefusal(error) ? error : undefined;
      this.#events.onError(error);
    }
  }

  #renewed(
    startedAt: number,
    serverNow: number,
    endsAt: number,
    replicas: readonly unknown[],
  ): void {
    // A pause of the process or of Redis starts the count anew, and so does a clock that was set forward:
    // by that, leases have run out that are being renewed.
    const hadPause = startedAt - this.#renewedAt > this.#times.pauseMs;
    const isBroken = !this.#isHeld || hadPause || this.#hasJumped(serverNow);
    this.#isHeld = true;
    this.#endsAt = endsAt;
    this.#lastsMs = endsAt - serverNow;
    this.#renewedAt = startedAt;
    this.#serverClock = { now: serverNow, askedAt: startedAt };
    const lefts = new Map<string, number>();
    for (let index = 0; index < replicas.length; index += 2) {
      lefts.set(textReply(replicas[index]), Number(replicas[index + 1]));
    }
    const shifted = (byMs: number): ReadonlyMap<string, number> =>
      new Map([...lefts].map(([other, leftMs]) => [other, byMs + leftMs]));
    this.#living = shifted(startedAt);
    this.#ends = shifted(serverNow);
    if (isBroken || this.#steadySince === Number.POSITIVE_INFINITY) {
      this.#steadySince = startedAt;
      this.#endsAfterPause = this.#ends;
    }
    const expired = [...lefts].filter(([other, leftMs]) => leftMs <= 0 && this.#hadTime(other));
    this.#events.onExpired(expired.map(([other]) => other));
  }

  /** Whether the server's clock went further since the last renewal than time did here, by more than clocks differ. */
  #hasJumped(serverNow: number): boolean {
    if (this.#serverClock === undefined) return false;
    const { now, askedAt } = this.#serverClock;
    return serverNow - now > this.#runtime.now() - askedAt + this.leaseMs * (1 - TRUSTED);
  }

  /** After an outage every lease has run out: the others get the time to renew theirs. */
  get #isSteady(): boolean {
    return this.#renewedAt - this.#steadySince >= this.graceMs;
  }

  /** Whether a replica had that time, or has used it. */
  #hadTime(replica: string): boolean {
    const endedAt = this.#endsAfterPause.get(replica) ?? Number.NEGATIVE_INFINITY;
    return this.#isSteady || (this.#ends.get(replica) ?? Number.NEGATIVE_INFINITY) > endedAt;
  }

  #lose(): void {
    const lost = this.#replica;
    this.#replica = newReplica(this.#runtime);
    this.#isHeld = false;
    this.#endsAt = 0;
    this.#lastsMs = 0;
    this.#steadySince = Number.POSITIVE_INFINITY;
    this.#events.onLost(lost);
  }

  /** Whether nobody need notice soon when this process is gone. */
  get #isIdle(): boolean {
    return !this.#events.isBusy() && this.#runtime.now() >= this.#neededUntil;
  }

  #schedule(): void {
    this.#timer?.cancel();
    if (this.#isStopped) return;
    this.#timer = this.#runtime.setTimer(() => void this.#renew(), this.#nextRenewalMs());
    this.#timer.unref();
  }

  /** When to renew it, and to look who is gone, from now on. */
  #nextRenewalMs(): number {
    const { renewMs, lookMs } = this.#times;
    const spread = (longestMs: number, share: number): number =>
      longestMs * (1 - share * this.#runtime.random());
    // Under another name, nothing can begin before it has its lease.
    if (!this.#isHeld) return spread(renewMs / 2, SPREAD.busy);
    const now = this.#runtime.now();
    const others = [...this.#living].filter(([replica]) => replica !== this.#replica);
    const leftMs = others.map(([, endsAt]) => endsAt - now);
    // They are being ended, or are not known to be gone yet.
    const hasExpired = leftMs.some((left) => left <= 0);
    if (hasExpired || this.#hasFailed) return spread(renewMs, SPREAD.busy);
    const pauseMs = this.#isIdle
      ? // From one call to the next: how long they take must not add to it.
        this.#renewedAt + spread(lookMs, SPREAD.idle) - now
      : spread(renewMs, SPREAD.busy);
    return Math.max(NOTICED_MS, Math.min(pauseMs, ...leftMs.map((left) => left + NOTICED_MS)));
  }
}

function newReplica(runtime: Runtime): string {
  return runtime.randomBytes(6).toString('hex');
}
