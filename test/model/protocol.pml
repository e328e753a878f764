/*
 * The protocol that carries one execution over many invocations, with a checkpoint store (docs/adr/0009-protocol-model.md).
 * Each transition names the function of src/runtime that it stands for. Checked by `npm run check:model`.
 *
 * The world is hostile: any message is delivered twice, any reply is lost, any invocation dies at any point or is paused beyond its lease,
 * and a client asks to cancel at any moment, each within a budget that the command line sets.
 */
#ifndef GOAL
#define GOAL 2            /* units of work that the execution has to do */
#endif
#ifndef LAST
#define LAST 3            /* invocations at most: the last one does not hand over */
#endif
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef LOST
#define LOST 1            /* replies that are lost: of a write, or of a send */
#endif
#ifndef DUPLICATES
#define DUPLICATES 1
#endif
#ifndef EXPIRIES
#define EXPIRIES 1        /* leases that run out although their owner lives: it was paused */
#endif
#ifndef CANCELS
#define CANCELS 1
#endif
#ifndef DELIVERIES
#define DELIVERIES 6      /* messages that can ever be sent */
#endif
#ifndef ATTEMPTS
#define ATTEMPTS 1        /* further tries that Lambda or SQS gives a delivery, and each of its duplicates */
#endif
#define NOBODY 255

/* The record: src/runtime/core/execution-record.ts. Epoch, write count and cancel flag tell all revisions apart. */
byte rEpoch = 0, rWrites = 0, rInvocation = 0, rHandedOffTo = 0, rOwner = NOBODY, rDone = 0;
bool rCancel = false, rLeaseOver = false, rExists = false;
mtype = { none, completed, cancelled };
mtype rOutcome = none;

/* The messages under way. */
byte dInvocation[DELIVERIES];
byte sent = 0;
bool hasDeadLetter = false, isOutOfMessages = false;
byte crashes = CRASHES, lost = LOST, duplicates = DUPLICATES, expiries = EXPIRIES, cancels = CANCELS;

/* Sends a continuation: the queue will deliver it. */
inline send(number) {
  if
  :: sent < DELIVERIES -> dInvocation[sent] = number; run Invocation(sent); sent++
  :: else -> isOutOfMessages = true /* the bound of the model, not of the protocol: nothing is claimed beyond it */
  fi
}

/* Whether the record is still at the revision that this invocation knows. */
#define isExpected (rExists == lExists && rEpoch == lEpoch && rWrites == lWrites && rCancel == lCancel)
#ifdef NOFENCE
#define mayWrite true
#else
#define mayWrite isExpected
#endif

proctype Invocation(byte d) {
  byte lEpoch, lWrites, lInvocation, lHandedOffTo, lOwner, lDone, me, work, next, handedOffTo, attempts = ATTEMPTS;
  bool lCancel, lLeaseOver, lExists, isEnding;
  mtype lOutcome, outcome;

start:
  me = dInvocation[d];

claim: /* claimExecution: load */
  skip;
  atomic {
    lExists = rExists; lEpoch = rEpoch; lWrites = rWrites; lInvocation = rInvocation; lHandedOffTo = rHandedOffTo;
    lOwner = rOwner; lDone = rDone; lCancel = rCancel; lLeaseOver = rLeaseOver; lOutcome = rOutcome;
    /* judgeClaim */
    if
    :: lOutcome != none -> goto end                                                /* finished: answers with its outcome */
    :: else
    fi;
    if
    :: !lExists && me == 1                                                         /* createRecord */
    :: lExists && lHandedOffTo == me                                               /* handed off to this invocation */
    :: lExists && lHandedOffTo != me && lInvocation == me && lOwner == d           /* the same delivery again */
    :: lExists && lHandedOffTo == 0 && me >= lInvocation && lLeaseOver && !(lInvocation == me && lOwner == d) /* abandoned */
    :: else -> goto end                                                            /* duplicate or stale: runs nothing */
    fi;
    lInvocation = 0; lHandedOffTo = 0; lOwner = 0; lLeaseOver = false
  };
  /* claimExecution: the conditional write that raises the epoch */
  atomic {
    if
    :: crashes > 0 -> crashes--; goto crash
    :: isExpected ->
       rExists = true; rEpoch = lEpoch + 1; rWrites = 0; rInvocation = me; rHandedOffTo = 0; rOwner = d; rLeaseOver = false;
       lExists = true; lEpoch = rEpoch; lWrites = 0; work = lDone; lDone = 0
    :: !isExpected -> goto claim
    fi
  }

loop: /* run-invocation: loop */
  if
  :: lCancel -> outcome = cancelled; isEnding = true; handedOffTo = 0; next = work; goto write        /* cancelExecution */
  :: !lCancel && work == GOAL -> outcome = completed; isEnding = true; handedOffTo = 0; next = work; goto write /* completeExecution */
  :: !lCancel && work < GOAL -> outcome = none; isEnding = false; handedOffTo = 0; next = work + 1; goto write  /* runUnit, Journal.keep */
  :: !lCancel && work < GOAL && me < LAST -> outcome = none; isEnding = false; handedOffTo = me + 1; next = work; /* handOff */
#ifdef SENDFIRST
     goto ship
#else
     goto write
#endif
  fi;

write: /* Journal.#saveOnce: one conditional write */
  atomic {
    if
    :: crashes > 0 -> crashes--; goto crash
    :: mayWrite ->
       /* One live line: whoever saves holds the newest claim, and nothing that was saved is rewound. */
       assert(rEpoch == lEpoch);
       assert(next >= rDone);
       assert(rOutcome == none); /* one outcome */
       rWrites = rWrites + 1; rDone = next; rHandedOffTo = handedOffTo; rOutcome = outcome;
       if
       :: lost > 0 -> lost--; goto lookAgain                                       /* it took effect, and its reply was lost */
       :: true -> lWrites = rWrites
       fi
    :: !(mayWrite) -> goto lookAgain
    fi
  };
  goto written;

lookAgain: /* Journal.#lookAgain */
  atomic {
    if
    :: crashes > 0 -> crashes--; goto crash
    :: rEpoch != lEpoch -> goto end                                                /* superseded: stops on the spot */
    :: rEpoch == lEpoch ->
       lCancel = rCancel;
       if
       :: rWrites == lWrites + 1 -> lWrites = rWrites                              /* the write was ours */
       :: else -> goto write                                                       /* touched by a client: still ours, write again */
       fi
    fi
  };

written:
  work = next;
  if
  :: isEnding -> goto end
  :: !isEnding && handedOffTo == 0 -> goto loop
  :: !isEnding && handedOffTo != 0 -> skip
  fi;
#ifdef SENDFIRST
  goto end;
#endif

ship: /* sendContinuation: Lambda, then SQS */
  atomic {
    if
    :: crashes > 0 -> crashes--; goto crash
    :: send(me + 1)                                                                /* the first channel takes it */
    :: lost > 0 -> lost--; send(me + 1); send(me + 1)                              /* it took it, its reply was lost, the second takes it too */
    :: lost > 0 -> lost--; goto crash                                              /* no channel: HandOffFailedError is thrown */
    fi
  };
#ifdef SENDFIRST
  goto write;
#endif
  if
  :: crashes > 0 -> crashes--; goto crash
  :: true
  fi;

  goto end;

crash: /* Lambda or SQS delivers the event again, with the same id, or gives it up */
  atomic {
    if
    :: attempts > 0 -> attempts--; lEpoch = 0; lWrites = 0; work = 0; next = 0; handedOffTo = 0; isEnding = false; outcome = none; goto start
    :: else -> hasDeadLetter = true
    fi
  };
end:
  skip;
  d_step { lEpoch = 0; lWrites = 0; lDone = 0; work = 0; next = 0; handedOffTo = 0; lCancel = false; lExists = false; isEnding = false; lOutcome = none; outcome = none; attempts = 0; me = 0; lInvocation = 0; lHandedOffTo = 0; lOwner = 0; lLeaseOver = false }
}

/* AWS delivers a message twice; a lease runs out while its owner is paused. */
active proctype World() {
  do
  :: atomic { duplicates > 0 && sent > 0 -> duplicates--;
       if
       :: run Invocation(sent - 1)
       :: run Invocation(0)
       fi }
  :: atomic { expiries > 0 && rExists -> expiries--; rLeaseOver = true }
  :: atomic { cancels > 0 && rExists && rOutcome == none -> cancels--; rCancel = true }    /* BatonClient.cancel: keeps the epoch */
  :: break
  od
}

init {
  atomic { send(1) };
  /* When nothing can move any more: the execution has ended, or a dead letter is the witness. */
  timeout -> assert(rOutcome != none || hasDeadLetter || isOutOfMessages)
}
