/*
 * How replicas lease, fence and end the runs of tasks. See README.md beside it; check.sh checks it.
 *
 * Three replicas, two runs. Each `atomic` is one script of Redis, or one turn of a process that changes
 * nothing in Redis. Any number of steps of others may come between two steps: so long may a message take,
 * and so long may a process be paused.
 *
 *   -DTODAY        the scripts and modules as they are; without it, the corrected protocol
 *   -DOWNER1=1     run 1 is executed by replica 1; without it, by replica 0, as run 0 is
 *   -DTASK1=1      run 1 is of another task than run 0; without it, of the same one
 *   -DCHECK=<sum>  which properties are checked, as numbered below; without it, all
 *   -DREST         with the claim `rest`: once nothing fails any more, all comes to rest
 *   -DWITHOUT_...  the corrected protocol without one of its rules
 *   -DNO_...       less that may happen, for short counterexamples: CRASH, LOSS, CLOSE (only today), CANCEL;
 *                  HASTE (only today): no run before the first lease; FAULTS: nothing but a cancel
 */

#ifndef OWNER1
#define OWNER1 0
#endif
#ifndef TASK1
#define TASK1 0
#endif
#ifndef CHECK
#define CHECK 2047
#endif
/* Where two replicas execute, only replica 0 comes back under a second name, and no call comes twice. */
#if OWNER1 == 0
#define COPIES true
#define HAS_SECOND_NAME(r) true
#else
#define COPIES false
#define HAS_SECOND_NAME(r) (r == 0)
#endif

/* ------------------------------------------------------------------ properties */

/* S1 A task has one end: what was told, what is stored, and what the executor's own listeners hear. */
#define ONE_END_TOLD(x) assert(!(CHECK & 1) || (x))
#define ONE_END_STORED(x) assert(!(CHECK & 2) || (x))
#define ONE_END_HEARD(x) assert(!(CHECK & 4) || (x))
/* S2 Nothing of a fenced run is accepted. */
#define FENCED_IS_SILENT(x) assert(!(CHECK & 8) || (x))
/* S3 Nobody fences a run of a replica that trusts its lease. */
#define HEALTHY_IS_SPARED(x) assert(!(CHECK & 16) || (x))
/* S3, of a run that is found when the list is read once more, and whose lease was live all its time (only today). */
#define NEW_RUN_IS_SPARED(x) assert(!(CHECK & 512) || (x))
/* S4 No task comes back from its end. */
#define END_IS_FINAL(x) assert(!(CHECK & 32) || (x))
/* S5 No executor starts for a run that was not accepted. */
#define STARTS_ACCEPTED(x) assert(!(CHECK & 64) || (x))
/* S6 Nobody acts on what does not hold any more (only corrected). */
#define STILL_STANDS(x) assert(!(CHECK & 1024) || (x))
/* L1 Every run that began comes to an end, though its replica does not come back. */
#define BEGUN_ENDS(x) assert(!(CHECK & 128) || (x))
/* L2 At rest nothing is left in a list of runs or of replicas. */
#define NOTHING_IS_LEFT(x) assert(!(CHECK & 256) || (x))

/* ------------------------------------------------------------------ names */

#define OWNER(k) ((k) == 0 -> 0 : OWNER1)
#define TASK(k) ((k) == 0 -> 0 : TASK1)
#define OTHER(k) (1 - (k))
#define SHARED (TASK1 == 0)

/* A replica that lost its lease goes on under a second name: the token of its leases has grown. */
#define NAMES 4
#define NAME(r) (2 * (r) + token[r])
#define HOLDER(n) ((n) / 2)
#define IS_CURRENT(n) (token[HOLDER(n)] == (n) % 2)

/* The states of a lease on the server. GONE: removed. */
#define NEVER 0
#define LIVE 1
#define OUT 2
#define CONDEMNED 3
#define GONE 4

/* The status of a task. From DONE on it is an end; the ends of two runs are told apart. */
#define NONE 0
#define WORKING 1
#define OPEN 2 /* it waits for its user */
#define DONE 3 /* DONE + k: by the executor of run k */
#define CANCELED 5
#define FAILED 6
#define IS_END(s) ((s) >= DONE)

/* ------------------------------------------------------------------ Redis */

byte lease[NAMES]; /* {replicas} */
bool note[2];      /* {run:<name>}, the list of runs of a name */
#define NOBODY 9
byte name_of[2] = NOBODY; /* in whose list a run is, or would be: part of its name */
byte stored[2];    /* the status in the task's record */
byte told[2];      /* the end in the log of a task, which is what its subscribers hear */

/* ------------------------------------------------------------------ processes */

bool alive[3] = true;
byte token[2];
byte phase[2]; /* where the replica is with a run */
byte heard[2]; /* which end the listeners of a run heard where it is executed */

/* Nothing fails any more: no crash, no loss, no close, and no lease of who lives runs out. */
#ifdef NO_FAULTS
bool calm = true;
#else
bool calm;
#endif
bool at_rest;
#ifdef NO_LOSS
#define MAY_LOSE false
#else
#define MAY_LOSE !calm
#endif
#ifdef NO_CRASH
#define MAY_CRASH false
#else
#define MAY_CRASH !calm
#endif

/* A call whose connection broke: it was repeated, and comes a second time. */
#define NOTE_COPY 1
#define BEGIN_COPY 2
byte copy;
byte copy_of;

#define SOME_LEASE(s) (lease[0] == s || lease[1] == s || lease[2] == s || lease[3] == s)
/*
 * Whether a replica may trust its lease. It counts from before its last renewal, and for less than the
 * lease lasts: when it trusts, the lease is LIVE. The model lets it trust whenever the lease is.
 */
#define TRUSTS(r) (alive[r] && lease[NAME(r)] == LIVE)
#define HEALTHY(n) (IS_CURRENT(n) && TRUSTS(HOLDER(n)))

/* ------------------------------------------------------------------ the log */

/* Appends the end of a task to its log, which is its announcement, too. */
inline tell(t, s) {
  ONE_END_TOLD(told[t] == NONE || told[t] == s);
  if
  :: told[t] == NONE -> told[t] = s; printf("      subscribers of task %d hear end %d\n", t, s)
  :: else
  fi
}

#define HEARD_ONE(k) ONE_END_HEARD(heard[k] == NONE || told[TASK(k)] == NONE || heard[k] == told[TASK(k)])

#ifndef TODAY

/* ================================================================== the corrected protocol */

bool sealed[NAMES]; /* {run:<name>}: the list of runs takes no more of them */

/* The state of a run, in the hash of its task. From ACCEPTED to ENDING it is active. */
#define UNKNOWN 0
#define ACCEPTED 1
#define EXECUTING 2
#define ENDING 3 /* somebody asked its executor to cancel it */
#define WAITING 4 /* for its user */
#define HANDED_OVER 5 /* another run goes on with the task */
#define ENDED 6
#define IS_ACTIVE(k) (state[k] >= ACCEPTED && state[k] <= ENDING)
#define IS_SETTLED(k) (state[k] >= WAITING)
byte state[2];
bool began[2];

#define OTHER_IS_ACTIVE(k) (SHARED && IS_ACTIVE(OTHER(k)))
#define OTHER_WAITS(k) (SHARED && state[OTHER(k)] == WAITING)
#ifdef WITHOUT_FENCE
#define MAY_APPEND(k) true
#else
#define MAY_APPEND(k) (IS_ACTIVE(k) && !IS_END(stored[TASK(k)]))
#endif
#define IS_OVER(k) (state[k] == ENDED || IS_END(stored[TASK(k)]))

/* No run comes back from its end: with it, nothing of it is accepted any more. */
inline move(k, to) {
  FENCED_IS_SILENT(state[k] != ENDED || to == ENDED);
  state[k] = to
}

/* ------------------------------------------------------------------ scripts at a task */

/* begin-run, unless IS_OVER. Repeated, it changes nothing. */
inline begin_run(k) {
  if
  :: state[k] == UNKNOWN ->
     move(k, ACCEPTED); began[k] = true;
     if
     :: OTHER_WAITS(k) -> move(OTHER(k), HANDED_OVER)
     :: else
     fi;
#ifndef WITHOUT_RECORD
     stored[TASK(k)] = WORKING
#endif
  :: else
  fi
}

/* begin-run, where IS_OVER: that it was refused stays known, so that its note is known to be stale. */
inline refuse_run(k) {
  move(k, ENDED)
}

/* The end of a task: record, log, announcement and all runs of the task in one write. */
inline end_task(k, s) {
  END_IS_FINAL(!IS_END(stored[TASK(k)]));
  stored[TASK(k)] = s;
  tell(TASK(k), s);
  move(k, (state[k] == UNKNOWN -> UNKNOWN : ENDED));
  if
  :: SHARED && state[OTHER(k)] != UNKNOWN -> move(OTHER(k), ENDED)
  :: else
  fi
}

/* end-run, for a run that others end: `s` is FAILED or CANCELED. Repeated, it changes nothing. */
inline end_run(k, s, is_healthy) {
  if
  :: state[k] == UNKNOWN ->
#ifndef WITHOUT_FENCE_AHEAD
     move(k, ENDED);
#endif
     printf("run %d is not known: it can never begin\n", k)
  :: IS_ACTIVE(k) ->
     HEALTHY_IS_SPARED(!(is_healthy));
     printf("run %d is fenced and ended\n", k);
     move(k, ENDED);
     if
#ifdef WITHOUT_RECORD
     :: stored[TASK(k)] == NONE -> printf("      its context is not known: no end can be written\n")
#endif
     :: else ->
        if
        :: !IS_END(stored[TASK(k)]) && !OTHER_IS_ACTIVE(k) && (s == CANCELED || !OTHER_WAITS(k)) ->
           end_task(k, s)
        :: else
        fi
     fi
  :: else
  fi
}

/* ------------------------------------------------------------------ a run, where it is executed */

#define IDLE 0
#define NOTES 1
#define BEGINS 2
#define EXECUTES 3
#define STORES 4
#define FORGETS 5
#define OVER 6

/*
 * The listeners here hear the end that the reply tells. As nobody changes what was told, it is enough that
 * it is the same at this moment.
 */
#define HEARS(k) ONE_END_HEARD(!IS_END(stored[TASK(k)]) || stored[TASK(k)] == told[TASK(k)])

#define LIVES(k) alive[OWNER(k)]

proctype Run(byte k) {
end:
  do
  /* Only who has a lease takes a run. */
  :: atomic { phase[k] == IDLE && LIVES(k) && lease[NAME(OWNER(k))] != NEVER ->
       name_of[k] = NAME(OWNER(k)); phase[k] = NOTES;
       printf("R%d takes run %d under name %d\n", OWNER(k), k, name_of[k]) }

  /* note-run: refused where the list is sealed. */
  :: atomic { phase[k] == NOTES && LIVES(k) ->
       if
       :: sealed[name_of[k]] -> phase[k] = OVER; printf("R%d may not note run %d\n", OWNER(k), k)
       :: else ->
          if
          :: note[k] = true; phase[k] = BEGINS; printf("R%d notes run %d\n", OWNER(k), k)
          :: MAY_LOSE -> note[k] = true; printf("R%d notes run %d: the reply is lost\n", OWNER(k), k)
          :: COPIES && MAY_LOSE && copy == 0 -> copy = NOTE_COPY; copy_of = k;
             printf("R%d notes run %d: the connection breaks, this call may come later\n", OWNER(k), k)
          fi
       fi }

  /* begin-run: the executor starts only when it was accepted. */
  :: atomic { phase[k] == BEGINS && LIVES(k) ->
       if
       :: IS_OVER(k) -> refuse_run(k); HEARS(k); phase[k] = FORGETS;
#ifdef WITHOUT_REFUSAL
          phase[k] = EXECUTES; STARTS_ACCEPTED(IS_ACTIVE(k));
#endif
          printf("R%d may not begin run %d\n", OWNER(k), k)
       :: else ->
          if
          :: begin_run(k); phase[k] = EXECUTES; STARTS_ACCEPTED(IS_ACTIVE(k)); printf("R%d begins run %d\n", OWNER(k), k)
          :: MAY_LOSE -> begin_run(k); printf("R%d begins run %d: the reply is lost\n", OWNER(k), k)
          :: COPIES && MAY_LOSE && copy == 0 -> copy = BEGIN_COPY; copy_of = k;
             printf("R%d begins run %d: the connection breaks, this call may come later\n", OWNER(k), k)
          fi
       fi }

  /* append of an event. A copy of it is known by its counter, and a further one changes nothing here. */
  :: atomic { phase[k] == EXECUTES && LIVES(k) && MAY_APPEND(k) && (state[k] < EXECUTING || state[k] > ENDING || stored[TASK(k)] != WORKING) ->
       move(k, (state[k] == ENDING -> ENDING : EXECUTING));
       stored[TASK(k)] = WORKING;
       printf("R%d: an event of run %d is accepted\n", OWNER(k), k) }

#ifdef WITHOUT_HEARING_LAST
  :: atomic { phase[k] == EXECUTES && LIVES(k) && heard[k] == NONE && TRUSTS(OWNER(k)) ->
       heard[k] = DONE + k; printf("R%d: the listeners here hear the end of run %d\n", OWNER(k), k); HEARD_ONE(k) }
#endif

  /* append of its last event: the task's end, or that it waits. */
  :: atomic { phase[k] == EXECUTES && LIVES(k) ->
       if
       :: !MAY_APPEND(k) ->
          HEARS(k); phase[k] = FORGETS; printf("R%d: the end of run %d is there, or refused\n", OWNER(k), k)
       :: else ->
          if
#ifdef WITHOUT_ONE_WRITE
          :: tell(TASK(k), DONE + k); move(k, ENDED); phase[k] = STORES;
             printf("R%d: run %d comes to its end\n", OWNER(k), k)
#else
          :: printf("R%d: run %d comes to its end\n", OWNER(k), k); end_task(k, DONE + k)
#endif
          :: state[k] == ENDING ->
             printf("R%d: run %d is canceled by its executor\n", OWNER(k), k); end_task(k, CANCELED)
          :: printf("R%d: run %d waits for its user\n", OWNER(k), k);
             move(k, WAITING); stored[TASK(k)] = OPEN
          fi;
          if
          :: phase[k] == EXECUTES -> HEARS(k); phase[k] = FORGETS
          :: phase[k] == EXECUTES && MAY_LOSE -> printf("      the reply is lost\n")
#ifdef WITHOUT_ONE_WRITE
          :: phase[k] == STORES
#endif
          fi
       fi }

#ifdef WITHOUT_ONE_WRITE
  :: atomic { phase[k] == STORES && LIVES(k) ->
       phase[k] = FORGETS;
       stored[TASK(k)] = (IS_END(stored[TASK(k)]) -> stored[TASK(k)] : DONE + k);
       printf("R%d stores the end of run %d\n", OWNER(k), k) }
#endif

  /* RedisTaskStates.forget */
  :: atomic { phase[k] == FORGETS && LIVES(k) ->
       note[k] = false; printf("R%d forgets run %d\n", OWNER(k), k);
       if
       :: phase[k] = OVER
       :: MAY_LOSE -> printf("      the reply is lost\n")
       fi }
  od
}

/* ------------------------------------------------------------------ the reconcilers */

/* The memory of the one of replica 2. */
#define LOOKS 0
#define SEALS 1
#define ENDS 2
#define FORGETS_ONE 3
#define REMOVES 4
byte at;
byte name = NOBODY; /* whose runs it ends */
byte seen;          /* a bit for each run in the list */
byte one;

/* What a process that is gone knew is of no account. */
inline die(r) {
  alive[r] = false;
  phase[0] = (OWNER(0) == r -> OVER : phase[0]);
  phase[1] = (OWNER(1) == r -> OVER : phase[1]);
  if
  :: r == 2 -> at = LOOKS; name = NOBODY; seen = 0; one = 0
  :: else
  fi
}

/*
 * Each replica has one. What allows its steps is never taken back: a name that was condemned stays so, a
 * list that was sealed takes no more runs, and a run that was settled is not active again. A step that
 * comes late, because its replica was paused after it saw what allows it, is therefore allowed still, or
 * changes nothing. So the reconcilers of replicas 0 and 1 are written without a memory, as steps that
 * one of them takes when they are allowed. The one of replica 2 has its memory, is as late as it likes,
 * and asserts that what it remembers still stands.
 */

#ifdef WITHOUT_CONDEMNING
#define IS_CONDEMNED(n) (lease[n] == OUT)
#else
#define IS_CONDEMNED(n) (lease[n] == CONDEMNED)
#endif
#ifdef WITHOUT_SEAL
#define IS_SEALED(n) true
#else
#define IS_SEALED(n) sealed[n]
#endif
#ifdef WITHOUT_OWN_CHECK
#define IS_OWN(k) false
#else
#define IS_OWN(k) (alive[OWNER(k)] && IS_CURRENT(name_of[k]))
#endif

#define IS_IN(k, n) (note[k] && name_of[k] == n)
#define IS_EMPTY(n) (!IS_IN(0, n) && !IS_IN(1, n))
/* Only its holder seals a list whose name is not condemned. */
#define CLOSES(n) (sealed[n] && lease[n] <= OUT && alive[HOLDER(n)])
/* By whom: the replica itself where it closes, otherwise any. */
#define IS_GIVEN_UP(n) ((IS_CONDEMNED(n) && (alive[0] || alive[1])) || CLOSES(n))

#define MAY_CONDEMN(n) (lease[n] == OUT && (alive[0] || alive[1]))
#define MAY_SEAL(n) (!IS_SEALED(n) && IS_CONDEMNED(n) && (alive[0] || alive[1]))
#define MAY_CLOSE(n) (!sealed[n] && lease[n] <= OUT && IS_CURRENT(n) && alive[HOLDER(n)] && !calm)
#define MAY_END(k, n) (IS_IN(k, n) && IS_SEALED(n) && !IS_SETTLED(k) && IS_GIVEN_UP(n))
#define MAY_FORGET(k, n) (IS_IN(k, n) && IS_SEALED(n) && IS_SETTLED(k) && IS_GIVEN_UP(n))
#define MAY_REMOVE(n) (IS_EMPTY(n) && IS_SEALED(n) && IS_GIVEN_UP(n))

/* condemn-lease: whether it has run out is asked of the server's clock in the very step. */
inline condemn(n) {
#ifndef WITHOUT_CONDEMNING
  lease[n] = CONDEMNED;
#endif
  printf("name %d is condemned\n", n)
}

/* RedisTaskStates.seal: the list takes no more of them, and answers with those that there are. */
inline seal(n) {
#ifndef WITHOUT_SEAL
  sealed[n] = true;
#endif
  printf("the list of name %d is sealed\n", n)
}

/* ReplicaLease.remove, and stop. A replica that closes is gone with it. */
inline remove(n) {
  printf("name %d is removed\n", n);
  if
  :: CLOSES(n) -> die(HOLDER(n))
  :: else
  fi;
  lease[n] = (lease[n] == NEVER -> NEVER : GONE)
}

#define STEPS_FOR(k, n) \
  :: atomic { MAY_END(k, n) -> end_run(k, FAILED, !CLOSES(n) && HEALTHY(n)) } \
  :: atomic { MAY_FORGET(k, n) -> note[k] = false; printf("run %d is forgotten\n", k) }

#ifdef WITHOUT_CONDEMNING
#define CONDEMNS(n)
#else
#define CONDEMNS(n) :: atomic { MAY_CONDEMN(n) -> condemn(n) }
#endif

#define STEPS_OF(n) \
  CONDEMNS(n) \
  :: atomic { MAY_SEAL(n) -> seal(n) } \
  :: atomic { MAY_CLOSE(n) -> printf("R%d closes: ", HOLDER(n)); seal(n) } \
  STEPS_FOR(0, n) \
  STEPS_FOR(1, n) \
  :: atomic { MAY_REMOVE(n) -> remove(n) }

proctype Reconcilers() {
end:
  do
  STEPS_OF(0)
  STEPS_OF(1)
#if OWNER1 == 1
  STEPS_OF(2)
  STEPS_OF(3)
#endif
  /* A replica looks after its own list, too: a note that came a second time, of a run that is settled. */
  :: atomic { note[0] && IS_SETTLED(0) && IS_OWN(0) -> note[0] = false; printf("run 0 is forgotten where it was executed\n") }
  :: atomic { note[1] && IS_SETTLED(1) && IS_OWN(1) -> note[1] = false; printf("run 1 is forgotten where it was executed\n") }
  od
}

proctype Reconciler() {
end:
  do
  :: atomic { at == LOOKS && alive[2] && (SOME_LEASE(OUT) || SOME_LEASE(CONDEMNED)) ->
       if
       :: lease[0] == OUT || lease[0] == CONDEMNED -> name = 0
       :: lease[1] == OUT || lease[1] == CONDEMNED -> name = 1
       :: lease[2] == OUT || lease[2] == CONDEMNED -> name = 2
       :: lease[3] == OUT || lease[3] == CONDEMNED -> name = 3
       fi;
       printf("R2: ");
       condemn(name);
       at = SEALS }

  :: atomic { at == SEALS && alive[2] ->
       STILL_STANDS(lease[name] >= CONDEMNED);
       printf("R2: ");
       seal(name);
       seen = (IS_IN(0, name) -> 1 : 0) + (IS_IN(1, name) -> 2 : 0);
       at = (seen == 0 -> REMOVES : ENDS) }

  :: atomic { at == ENDS && alive[2] ->
       STILL_STANDS(lease[name] >= CONDEMNED && sealed[name]);
       one = (seen & 1 -> 0 : 1);
       printf("R2 ends run %d\n", one);
       end_run(one, FAILED, HEALTHY(name));
       at = FORGETS_ONE }
  :: atomic { at == FORGETS_ONE && alive[2] ->
       STILL_STANDS(IS_SETTLED(one));
       note[one] = false; printf("R2 forgets run %d\n", one);
       seen = seen & (2 - one); at = (seen == 0 -> REMOVES : ENDS); one = 0 }

  :: atomic { at == REMOVES && alive[2] ->
       STILL_STANDS(lease[name] >= CONDEMNED && sealed[name] && IS_EMPTY(name));
       printf("R2: ");
       remove(name);
       name = NOBODY; at = LOOKS }
  od
}

/* ------------------------------------------------------------------ a cancel of task 0, on replica 2 */

#define IS_ASKED_IN_VAIN(k) (state[k] == ENDING && lease[name_of[k]] >= CONDEMNED)

proctype Cancel() {
  bool is_asking = true;
end:
  do
  /* request-cancel: a task that nobody executes is ended in the very step. */
  :: atomic { is_asking && alive[2] && stored[0] != NONE ->
       is_asking = false;
       if
       :: IS_END(stored[0]) -> printf("R2: the task has its end already\n")
       :: else ->
          if
          :: IS_ACTIVE(0) || OTHER_IS_ACTIVE(0) ->
             printf("R2 asks to cancel task 0\n");
             move(0, (IS_ACTIVE(0) -> ENDING : state[0]));
             move(1, (OTHER_IS_ACTIVE(0) -> ENDING : state[1]))
          :: else ->
#if defined(WITHOUT_ONE_WRITE)
             tell(0, CANCELED); stored[0] = CANCELED
#else
             printf("R2 cancels task 0, which nobody executes\n");
             end_task(0, CANCELED)
#endif
          fi
       fi }

  /* It was asked, and its replica's lease is condemned: the end of its run is at hand. */
  :: atomic { !is_asking && alive[2] && (IS_ASKED_IN_VAIN(0) || (SHARED && IS_ASKED_IN_VAIN(1))) ->
       if
       :: IS_ASKED_IN_VAIN(0) -> printf("R2, for its cancel: "); end_run(0, CANCELED, HEALTHY(name_of[0]))
       :: else -> printf("R2, for its cancel: "); end_run(1, CANCELED, HEALTHY(name_of[1]))
       fi }
  od
}

inline copied_note(k) {
  if
  :: !sealed[name_of[k]] -> note[k] = true; printf("the late call notes run %d\n", k)
  :: else
  fi
}
inline copied_begin(k) {
  if
  :: !IS_OVER(k) -> begin_run(k); printf("the late call begins run %d\n", k)
  :: else
  fi
}

inline check_run_at_rest(k) {
  BEGUN_ENDS(!IS_ACTIVE(k));
  BEGUN_ENDS(!began[k] || OTHER_WAITS(k) || state[k] == WAITING || IS_END(told[TASK(k)]));
  ONE_END_STORED((IS_END(stored[TASK(k)]) -> stored[TASK(k)] : NONE) == told[TASK(k)])
}

#else

/* ================================================================== as it is today */

bool closing[3];
bool fenced[2];     /* only for S2: whether somebody else has ended the run */
bool unbroken[2];   /* only for S3: whether its lease was live when it was noted, and all the time since */
bool runs[2];       /* "r:<run>" in the state of the task */
bool fence[2];      /* "f:<run>" */
bool ended[2];      /* "end", of a task */
bool logged[2];     /* whether the log holds an event of a run ahead of its end */
bool sent_end[2];   /* whether the log holds what "<run>-end" published */
bool unstored[2];   /* whether the request handler of a run has an event to store */

#define OTHER_RUNS(k) (SHARED && runs[OTHER(k)])
#define ANY_LOGGED(k) (logged[k] || (SHARED && logged[OTHER(k)]))

/* begin-run.lua, unless it is fenced */
inline begin_run(k) {
  END_IS_FINAL(!(ended[TASK(k)] && told[TASK(k)] != NONE));
  runs[k] = true;
  ended[TASK(k)] = false
}

inline end_of_run(k) {
  if
  :: !OTHER_RUNS(k) -> ended[TASK(k)] = true
  :: else
  fi
}

inline die(r) {
  alive[r] = false
}

inline copied_note(k) {
  note[k] = true; printf("the late call notes run %d\n", k)
}
inline copied_begin(k) {
  if
  :: !fence[k] -> printf("the late call begins run %d\n", k); begin_run(k)
  :: else
  fi
}

/* ------------------------------------------------------------------ a run, where it is executed */

#define NOTES 0
#define BEGINS 1
#define EXECUTES 2
#define SENDS 3
#define FINISHES 4
#define SENDS_LAST 5
#define SENDS_END 6
#define LEAVES 7
#define FORGETS 8
#define STOPPED 9
#define OVER 10

#ifdef NO_HASTE
#define MAY_TAKE(k) (lease[NAME(OWNER(k))] != NEVER)
#else
#define MAY_TAKE(k) true
#endif

proctype Run(byte k) {
  byte what;
end:
  do
  /* note-run.lua. `ReplicaLease.start` resolves also where the first renewal failed. */
  :: atomic { phase[k] == NOTES && alive[OWNER(k)] && (name_of[k] != NOBODY || (!closing[OWNER(k)] && !IS_END(stored[TASK(k)]) && MAY_TAKE(k))) ->
       unbroken[k] = (name_of[k] == NOBODY -> lease[NAME(OWNER(k))] == LIVE : unbroken[k]);
       name_of[k] = (name_of[k] == NOBODY -> NAME(OWNER(k)) : name_of[k]);
       if
       :: note[k] = true; phase[k] = BEGINS; printf("R%d notes run %d under name %d\n", OWNER(k), k, name_of[k])
       :: MAY_LOSE -> note[k] = true; printf("R%d notes run %d under name %d: the reply is lost\n", OWNER(k), k, name_of[k])
       :: COPIES && MAY_LOSE && copy == 0 -> copy = NOTE_COPY; copy_of = k;
          printf("R%d notes run %d: the connection breaks, this call may come later\n", OWNER(k), k)
       fi }

  /* begin-run.lua. Refused, `DistributedExecutor` starts the executor all the same. */
  :: atomic { phase[k] == BEGINS && alive[OWNER(k)] ->
       if
       :: fence[k] -> STARTS_ACCEPTED(false); phase[k] = STOPPED; printf("R%d may not begin run %d\n", OWNER(k), k)
       :: else ->
          if
          :: begin_run(k); phase[k] = EXECUTES; printf("R%d begins run %d\n", OWNER(k), k)
          :: MAY_LOSE -> begin_run(k); printf("R%d begins run %d: the reply is lost\n", OWNER(k), k)
          :: COPIES && MAY_LOSE && copy == 0 -> copy = BEGIN_COPY; copy_of = k;
             printf("R%d begins run %d: the connection breaks, this call may come later\n", OWNER(k), k)
          fi
       fi }

  /* An event: for the listeners here, its request handler among them, at once, then to Redis. */
  :: atomic { phase[k] == EXECUTES && alive[OWNER(k)] ->
       if
       :: phase[k] = FINISHES
       :: unstored[k] = true; phase[k] = SENDS; printf("R%d: run %d publishes an event\n", OWNER(k), k)
       fi }
  /* append-events.lua */
  :: atomic { phase[k] == SENDS && alive[OWNER(k)] ->
       if
       :: fence[k] -> phase[k] = STOPPED; printf("R%d: an event of run %d is refused\n", OWNER(k), k)
       :: else ->
          FENCED_IS_SILENT(!fenced[k]);
          logged[k] = true; printf("R%d: an event of run %d is accepted\n", OWNER(k), k);
          if
          :: phase[k] = FINISHES
          :: MAY_LOSE -> printf("      the reply is lost\n")
          fi
       fi }

  /* Its last event. Listeners here hear it at once where the lease is trusted. */
  :: atomic { phase[k] == FINISHES && alive[OWNER(k)] ->
       what = DONE + k; phase[k] = SENDS_LAST;
       printf("R%d: run %d publishes its end %d\n", OWNER(k), k, what);
       if
       :: (TRUSTS(OWNER(k)) || lease[NAME(OWNER(k))] == NEVER) && heard[k] == NONE ->
          heard[k] = what; HEARD_ONE(k); printf("      which its own listeners hear\n")
       :: else
       fi }
  /* append-events.lua */
  :: atomic { phase[k] == SENDS_LAST && alive[OWNER(k)] ->
       if
       :: fence[k] -> phase[k] = STOPPED; printf("R%d: the end of run %d is refused\n", OWNER(k), k)
       :: else ->
          FENCED_IS_SILENT(!fenced[k]);
          printf("R%d: the end of run %d is accepted\n", OWNER(k), k);
          tell(TASK(k), what);
          if
          :: heard[k] = (heard[k] == NONE -> what : heard[k]); HEARD_ONE(k); phase[k] = SENDS_END
          :: MAY_LOSE -> printf("      the reply is lost\n")
          fi
       fi }
  /* append-events.lua with END_OF_EVENTS */
  :: atomic { phase[k] == SENDS_END && alive[OWNER(k)] ->
       if
       :: fence[k] -> phase[k] = STOPPED; printf("R%d: the end of events of run %d is refused\n", OWNER(k), k)
       :: else ->
          runs[k] = false; end_of_run(k);
          printf("R%d: run %d has ended\n", OWNER(k), k);
          if
          :: phase[k] = LEAVES
          :: MAY_LOSE -> printf("      the reply is lost\n")
          fi
       fi }
  /* Once the task holds all, the note is removed: RedisTaskStates.forget. */
  :: atomic { phase[k] == LEAVES && alive[OWNER(k)] && !unstored[k] && IS_END(stored[TASK(k)]) ->
       phase[k] = FORGETS }
  :: atomic { phase[k] == FORGETS && alive[OWNER(k)] ->
       note[k] = false; printf("R%d forgets run %d\n", OWNER(k), k);
       if
       :: phase[k] = OVER
       :: MAY_LOSE -> printf("      the reply is lost\n")
       fi }
  /* The name was lost: `#onLeaseLost` stops what executes under it. */
  :: atomic { phase[k] >= EXECUTES && phase[k] <= FINISHES && alive[OWNER(k)] && !IS_CURRENT(name_of[k]) ->
       phase[k] = STOPPED; printf("R%d stops run %d, whose lease it has lost\n", OWNER(k), k) }
  /* Others end it: its listeners here wait for that end. */
  :: atomic { phase[k] == STOPPED && alive[OWNER(k)] && heard[k] == NONE && told[TASK(k)] != NONE ->
       heard[k] = told[TASK(k)]; phase[k] = OVER }
  /* `TaskBus.check`, where somebody listens here: `Reconciler.orphaned`, as TaskFinisher below, here in one step. */
  :: atomic { phase[k] == STOPPED && alive[OWNER(k)] && runs[k] && !IS_CURRENT(name_of[k]) && lease[name_of[k]] != LIVE ->
       printf("R%d ends run %d, which nobody executes\n", OWNER(k), k);
       runs[k] = false; fence[k] = true; fenced[k] = true; note[k] = false;
       stored[TASK(k)] = (told[TASK(k)] != NONE && !IS_END(stored[TASK(k)]) -> told[TASK(k)] : stored[TASK(k)]);
       if
       :: (stored[TASK(k)] != NONE || ANY_LOGGED(k)) && !IS_END(stored[TASK(k)]) && !OTHER_RUNS(k) ->
          stored[TASK(k)] = FAILED; tell(TASK(k), FAILED)
       :: else
       fi;
       end_of_run(k) }

  /* The request handler stores what the listeners here heard, some steps later. */
  :: atomic { unstored[k] && alive[OWNER(k)] ->
       stored[TASK(k)] = (stored[TASK(k)] == NONE -> WORKING : stored[TASK(k)]);
       unstored[k] = false; printf("R%d stores the event of run %d\n", OWNER(k), k) }
  :: atomic { heard[k] != NONE && !unstored[k] && !IS_END(stored[TASK(k)]) && alive[OWNER(k)] ->
       stored[TASK(k)] = heard[k]; printf("R%d stores the end of run %d\n", OWNER(k), k) }
  od
}

/* ------------------------------------------------------------------ TaskFinisher and closeManager */

#define LOOKS 0
#define READS 1
#define FENCES 2
#define LOADS 3
#define SAVES 4
#define LOADS_AGAIN 5
#define PUBLISHES 6
#define FORGETS_ONE 7
#define REMOVES 8

#define IS_IN(k, n) (note[k] && name_of[k] == (n))

proctype Reconciler(byte e) {
  byte at = LOOKS;
  byte name = NOBODY; /* whose runs it ends */
  bool closes;        /* they are its own, and it leaves */
  byte seen;          /* a bit for each run that it read */
  byte one;
  byte mine;          /* the end that it gives the task */
  byte reads;         /* only for S3: 1 when it has fenced a run of the list, 2 when it has read it once more */
end:
  do
  /* What renew-lease.lua told: `onExpired`. */
  :: atomic { at == LOOKS && alive[e] && !closing[e] && SOME_LEASE(OUT) ->
       if
       :: lease[0] == OUT -> name = 0
       :: lease[1] == OUT -> name = 1
       :: lease[2] == OUT -> name = 2
       :: lease[3] == OUT -> name = 3
       fi;
       at = READS; printf("R%d learns that the lease of name %d has run out\n", e, name) }
  :: atomic { at == LOOKS && alive[e] && closing[e] ->
       name = NAME(e); closes = true; at = READS; printf("R%d closes\n", e) }

  /* read-runs.lua, in a loop until it is empty */
  :: atomic { at == READS && alive[e] ->
       seen = (IS_IN(0, name) -> 1 : 0) + (IS_IN(1, name) -> 2 : 0);
       at = (seen == 0 -> REMOVES : FENCES); reads = (reads == 0 -> 0 : 2);
       printf("R%d reads the list of name %d: %d\n", e, name, seen) }

  /* fence-run.lua, then read-state.lua */
  :: atomic { at == FENCES && alive[e] ->
       if
       :: seen & 1 -> one = 0
       :: seen & 2 -> one = 1
       fi;
       if
       :: runs[one] ->
          printf("R%d fences run %d\n", e, one);
          NEW_RUN_IS_SPARED(closes || closing[HOLDER(name)] || !unbroken[one] || reads < 2);
          HEALTHY_IS_SPARED(closes || closing[HOLDER(name)] || !HEALTHY(name));
          reads = (reads == 0 -> 1 : 2);
          runs[one] = false; fence[one] = true; fenced[one] = true;
          at = (OTHER_RUNS(one) -> FORGETS_ONE : LOADS)
       :: else ->
          printf("R%d finds nothing to fence of run %d\n", e, one);
          if
          :: fence[one] -> at = (OTHER_RUNS(one) -> FORGETS_ONE : LOADS)
          :: else ->
             /* `#storeLeft` */
             stored[TASK(one)] = (!IS_END(stored[TASK(one)]) && told[TASK(one)] == DONE + one -> told[TASK(one)] : stored[TASK(one)]);
             stored[TASK(one)] = (stored[TASK(one)] == NONE && logged[one] -> WORKING : stored[TASK(one)]);
             at = FORGETS_ONE
          fi
       fi }

  /* `#end`: what the log and the record say. Without a context there is no end. */
  :: atomic { at == LOADS && alive[e] ->
       mine = (!IS_END(stored[TASK(one)]) && !IS_END(told[TASK(one)]) && (stored[TASK(one)] != NONE || ANY_LOGGED(one)) -> FAILED : NONE);
       mine = (stored[TASK(one)] == FAILED -> FAILED : mine);
       at = SAVES; printf("R%d means to end the task of run %d with end %d\n", e, one, mine) }
  :: atomic { at == SAVES && alive[e] ->
       if
       :: !IS_END(stored[TASK(one)]) ->
          stored[TASK(one)] = (stored[TASK(one)] == NONE && ANY_LOGGED(one) -> WORKING : stored[TASK(one)]);
          stored[TASK(one)] = (told[TASK(one)] != NONE -> told[TASK(one)] : stored[TASK(one)]);
          stored[TASK(one)] = (!IS_END(stored[TASK(one)]) && mine != NONE -> mine : stored[TASK(one)])
       :: else
       fi;
       at = (mine == NONE -> PUBLISHES : LOADS_AGAIN); printf("R%d stores what was left of run %d\n", e, one) }
  :: atomic { at == LOADS_AGAIN && alive[e] ->
       mine = stored[TASK(one)]; at = PUBLISHES; printf("R%d reads from the record: end %d\n", e, mine) }
  /* append-events.lua as "<run>-end": each counter once */
  :: atomic { at == PUBLISHES && alive[e] ->
       printf("R%d publishes the end of the task of run %d\n", e, one);
       if
       :: mine != NONE && !sent_end[one] -> tell(TASK(one), mine)
       :: else
       fi;
       sent_end[one] = true;
       end_of_run(one);
       ONE_END_STORED(IS_END(stored[TASK(one)]));
       mine = NONE;
       at = FORGETS_ONE }
  /* RedisTaskStates.forget */
  :: atomic { at == FORGETS_ONE && alive[e] ->
       note[one] = false; printf("R%d forgets run %d\n", e, one);
       if
       :: seen = seen & (2 - one); at = (seen == 0 -> READS : FENCES); one = 0
       :: MAY_LOSE -> printf("      the reply is lost\n")
       fi }
  /* end-lease.lua */
  :: atomic { at == REMOVES && alive[e] ->
       if
       :: closes || lease[name] == OUT -> lease[name] = (lease[name] == NEVER -> NEVER : GONE);
          printf("R%d removes name %d\n", e, name)
       :: else
       fi;
       alive[e] = (closes -> false : true);
       closes = false; reads = 0; name = NOBODY; at = LOOKS }
  od
}

/* ------------------------------------------------------------------ a cancel of task 0, on replica 2 */

#define ASKS 0
#define CANCELS 1
#define TELLS 2
#define HAS_TOLD 3

proctype Cancel() {
  byte at = ASKS;
  bool to_store;
end:
  do
  /* The request handler finds no end in the store; request-cancel.lua finds nobody who executes the task. */
  :: atomic { at == ASKS && alive[2] && stored[0] != NONE && !IS_END(stored[0]) && !runs[0] && !OTHER_RUNS(0) ->
       at = CANCELS; printf("R2 is to cancel task 0, and finds that nobody executes it\n") }
  /* `#cancelUnexecuted`: to listeners here at once, then append-events.lua */
  :: atomic { at == CANCELS && alive[2] ->
       to_store = true; at = TELLS; printf("R2 publishes end %d\n", CANCELED) }
  :: atomic { at == TELLS && alive[2] ->
       at = HAS_TOLD; printf("R2: its end of task 0 is accepted\n");
       tell(0, CANCELED); ended[0] = ended[0] || !runs[0] && !OTHER_RUNS(0) }
  :: atomic { to_store && alive[2] ->
       to_store = false; stored[0] = (IS_END(stored[0]) -> stored[0] : CANCELED); printf("R2 stores its end of task 0\n") }
  od
}

inline check_run_at_rest(k) {
  BEGUN_ENDS(!runs[k]);
  ONE_END_STORED(!ended[TASK(k)] || (IS_END(stored[TASK(k)]) && stored[TASK(k)] == told[TASK(k)]))
}

#endif

/* ------------------------------------------------------------------ leases, and what may happen */

#define IS_LOST(r) (alive[r] && lease[NAME(r)] >= CONDEMNED)
#define MAY_RENEW(r) (alive[r] && (lease[NAME(r)] == NEVER || lease[NAME(r)] == OUT))
#define MAY_RUN_OUT(n) (lease[n] == LIVE && (!calm || !alive[HOLDER(n)]))

/* renew-lease. A reply that is lost leaves the lease renewed and its holder in doubt: as before it. */
inline renew(r) {
  lease[NAME(r)] = LIVE; printf("R%d has its lease renewed, name %d\n", r, NAME(r))
}

/* renew-lease answers that there was a lease before, and is none: the replica goes on under another name. */
inline lose(r) {
  if
  :: token[r] == 0 && HAS_SECOND_NAME(r) -> token[r] = 1; printf("R%d has lost its lease, and takes a new name\n", r)
  :: else -> die(r); printf("R%d has lost its lease, and stops\n", r)
  fi
}

inline run_out(n) {
#ifdef TODAY
  unbroken[0] = unbroken[0] && name_of[0] != n;
  unbroken[1] = unbroken[1] && name_of[1] != n;
#endif
  lease[n] = OUT; printf("the lease of name %d runs out\n", n)
}

proctype Environment() {
end:
  do
  :: atomic { MAY_RENEW(0) -> renew(0) }
  :: atomic { IS_LOST(0) -> lose(0) }
  :: atomic { MAY_RUN_OUT(0) -> run_out(0) }
  :: atomic { MAY_RUN_OUT(1) -> run_out(1) }
#if OWNER1 == 1
  :: atomic { MAY_RENEW(1) -> renew(1) }
  :: atomic { IS_LOST(1) -> lose(1) }
  :: atomic { MAY_RUN_OUT(2) -> run_out(2) }
  :: atomic { MAY_RUN_OUT(3) -> run_out(3) }
#endif
  :: atomic { MAY_CRASH && alive[0] && (alive[1] || alive[2]) -> die(0); printf("R0 crashes\n") }
#if OWNER1 == 1
  :: atomic { MAY_CRASH && alive[1] && (alive[0] || alive[2]) -> die(1); printf("R1 crashes\n") }
#endif
  :: atomic { MAY_CRASH && alive[2] && (alive[0] || alive[1]) -> die(2); printf("R2 crashes\n") }
#if defined(TODAY) && !defined(NO_CLOSE)
  :: atomic { !calm && alive[0] && !closing[0] -> closing[0] = true; printf("R0 is to close\n") }
#if OWNER1 == 1
  :: atomic { !calm && alive[1] && !closing[1] -> closing[1] = true; printf("R1 is to close\n") }
#endif
#endif
  :: atomic { copy == NOTE_COPY ->
       copied_note(copy_of);
       copy = 0; copy_of = 0 }
  :: atomic { copy == BEGIN_COPY ->
       copied_begin(copy_of);
       copy = 0; copy_of = 0 }
  :: atomic { !calm -> calm = true; printf("nothing fails any more\n") }
  od
}

/* ------------------------------------------------------------------ at rest */

#define SOMEBODY_LIVES (alive[0] || alive[1] || alive[2])

inline check_rest(k) {
  HEARD_ONE(k);
  NOTHING_IS_LEFT(!note[k]);
  check_run_at_rest(k)
}

active proctype Rest() {
  atomic {
    timeout ->
    if
    :: SOMEBODY_LIVES ->
       printf("at rest\n");
       check_rest(0);
       check_rest(1);
       NOTHING_IS_LEFT(lease[0] != OUT && lease[0] != CONDEMNED && (lease[0] != LIVE || alive[0]));
       NOTHING_IS_LEFT(lease[1] != OUT && lease[1] != CONDEMNED && (lease[1] != LIVE || alive[0]));
       NOTHING_IS_LEFT(lease[2] != OUT && lease[2] != CONDEMNED && (lease[2] != LIVE || alive[1]));
       NOTHING_IS_LEFT(lease[3] != OUT && lease[3] != CONDEMNED && (lease[3] != LIVE || alive[1]))
    :: else
    fi;
    at_rest = true
  }
}

#ifdef REST
ltl rest { [] (calm -> <> at_rest) }
#endif

init {
  atomic {
    run Run(0);
    run Run(1);
#ifdef TODAY
    run Reconciler(0);
    run Reconciler(1);
    run Reconciler(2);
#else
    run Reconcilers();
    run Reconciler();
#endif
#ifndef NO_CANCEL
    run Cancel();
#endif
    run Environment()
  }
}

