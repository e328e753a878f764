/*
 * The protocol that carries one execution over many invocations, with a checkpoint store (docs/adr/0009-protocol-model.md).
 * Each transition names the function of src/runtime that it stands for. Checked by `npm run check:model`.
 *
 * AWS is hostile within budgets: a message is delivered twice under one id, and the success of one copy may end the retries of the other;
 * any reply is lost; any invocation dies at any point, or falls silent, or is paused beyond its lease; no channel takes a message; a job
 * cannot be constructed; new code is deployed; a client cancels, stops the job, or sweeps; somebody forges an invocation number.
 * The flags that begin with BREAK_ take one rule out: spin has to find what that rule is for.
 */
#ifndef GOAL
#define GOAL 2            /* units of work that the execution has to do */
#endif
#ifndef LAST
#define LAST 3            /* this invocation does not hand over any more of its own accord */
#endif
#ifndef MESSAGES
#define MESSAGES 4        /* messages that can ever be sent: the bound of the model, not of the protocol */
#endif
#ifndef TRIES
#define TRIES 3           /* runs that AWS gives a message, its duplicates among them */
#endif
#ifndef INTERRUPTIONS
#define INTERRUPTIONS 2   /* limits.maxInterruptions */
#endif
/* How often each thing may go wrong, and whether a client does something. */
#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef LOST
#define LOST 0            /* a write or a send that fails, or takes effect although its reply is lost */
#endif
#ifndef NO_CHANNELS
#define NO_CHANNELS 0     /* hand-offs, forwards and looks that no channel takes */
#endif
#ifndef DUPLICATES
#define DUPLICATES 0
#endif
#ifndef SILENCES
#define SILENCES 0        /* owners that live, and are taken for silent */
#endif
#ifndef EXPIRIES
#define EXPIRIES 0        /* leases that run out although their owner lives: it was paused */
#endif
#ifndef THROWS
#define THROWS 0          /* jobs that cannot be constructed or restored */
#endif
#ifndef SLEEPS
#define SLEEPS 0          /* hand-offs that are waits */
#endif
#ifndef CANCELS
#define CANCELS 0
#endif
#ifndef STOPS
#define STOPS 0
#endif
#ifndef DEPLOYS
#define DEPLOYS 0         /* new code behind the alias that the queue goes to */
#endif
#ifndef FORGERIES
#define FORGERIES 0
#endif
#ifndef SWEEPS
#define SWEEPS 0          /* sweeps at any moment that an owner may be dead in */
#endif
/*
 * SWEEPER: whatever is left over is swept, and then nothing else will do for an end. Without it a dead letter is one, too.
 * STEP_CRASHES: processes die while they do a unit of work only; then there must be no dead letter.
 * QUEUED_START, QUEUED_NEXT, QUEUED_LOOK: these messages come from a queue (SQS), the others are asynchronous events (Lambda, Scheduler).
 * NO_DELAY: no channel can hold a look back.
 */
#define NOBODY 15
#define NONE 15
#define LOOK 0
#define FORGED 9

/* The record: src/runtime/core/execution-record.ts. `fresh` has a bit for each copy that knows the newest revision. */
byte rEpoch = 0, rInvocation = 0, rHandedOffTo = 0, rOwner = NONE, rDone = 0, rPin = 1, fresh = 0;
bool rExists = false, rIsUntouched = false, rIsGivenBack = false, rIsAsleep = false, rIsCancelRequested = false, rIsHandingOver = false;
/* The continuation's counters: interruptionCount, the place of the last one, line.recovery. */
byte rInterruptions = 0, rPlace = NONE, rRecovery = 0;
mtype = { none, completed, cancelled, failed };
mtype rOutcome = none;

/* The messages under way. */
byte mFor[MESSAGES];      /* the invocation that it is for, or LOOK */
byte mNotBefore[MESSAGES];/* a look comes when the lease of this epoch is over; 0: at once */
byte mOnBehalfOf[MESSAGES];
byte mVersion[MESSAGES];  /* the code that it runs on; 0: what the alias points to when it comes */
bool mIsQueued[MESSAGES];
byte mTries[MESSAGES];
byte mHandle[MESSAGES];   /* of a queue: who holds the newest receipt handle */
bool mIsOver[MESSAGES];   /* deleted, or successful in one of its copies */
byte sent = 0, copies = 0;

/* What is known from above only. */
byte holder = NOBODY;     /* the copy that made the newest claim, while it lives */
byte happened = 0, counted = 0; /* deaths, and owners that were not heard of; and what was counted as such */
bool hasDeadLetter = false, isOutOfMessages = false, isMarked = false, isStopped = false;
byte deployed = 1;
byte crashes = CRASHES, lost = LOST, noChannels = NO_CHANNELS, duplicates = DUPLICATES, silences = SILENCES, expiries = EXPIRIES;
byte throws = THROWS, sleeps = SLEEPS, cancels = CANCELS, stops = STOPS, deploys = DEPLOYS, forgeries = FORGERIES, sweeps = SWEEPS;

inline post(number, notBefore, onBehalfOf, isQueued, version) {
  if
  :: sent < MESSAGES ->
     mFor[sent] = number; mNotBefore[sent] = notBefore; mOnBehalfOf[sent] = (onBehalfOf == NONE -> sent : onBehalfOf);
     mIsQueued[sent] = isQueued; mVersion[sent] = (isQueued -> 0 : version); mTries[sent] = TRIES - 1; mHandle[sent] = copies;
     run Copy(sent, copies);
     sent++; copies++
  :: else -> isOutOfMessages = true
  fi
}

#ifdef QUEUED_START
#define isStartQueued 1
#else
#define isStartQueued 0
#endif
#ifdef QUEUED_NEXT
#define isNextQueued 1
#else
#define isNextQueued 0
#endif
#ifdef QUEUED_LOOK
#define isLookQueued 1
#else
#define isLookQueued 0
#endif

#define bit (1 << c)
#define isFresh ((fresh & bit) != 0)
#ifdef BREAK_FENCE
#define mayWrite true
#else
#define mayWrite isFresh
#endif
#ifdef STEP_CRASHES
#define mayDie (isWorking && crashes > 0)
#else
#define mayDie (crashes > 0)
#endif
/* Dies here, or goes on. */
#define orDie if :: mayDie -> crashes--; happened = happened + (holder == c -> 1 : 0); goto died :: true fi

/* What a claim comes to: core/claim.ts, and what claimExecution makes of it. */
#define ANSWER 1
#define CREATE 2
#define CLAIM 3
#define CLAIM_DEAD 4
#define SEND_AGAIN 5
#define DUPLICATE 6

#ifdef BREAK_OWN_LOOK
#define isOwn (rOwner == mOnBehalfOf[d])
#else
#define isOwn (rOwner == d || rOwner == mOnBehalfOf[d])
#endif

#define isLook (mFor[d] == LOOK)
/* The owner's own delivery is known by its name: it may have gone on with the number that it gave back. */
#ifdef BREAK_NAME
#define isHere (mFor[d] == rInvocation)
#else
#ifdef BREAK_NUMBER
#define isHere (mFor[d] >= rInvocation || isOwn)
#else
#define isHere (mFor[d] == rInvocation || isOwn)
#endif
#endif

inline decide() {
  todo = ANSWER;
  if
  :: rOutcome != none
  :: rOutcome == none && !rExists ->
     if
     :: mFor[d] == 1 -> todo = CREATE
     :: else
     fi
  :: rOutcome == none && rExists ->
     if
     :: lTried == rEpoch && rOwner == d && rIsUntouched -> todo = CLAIM          /* isOwnTrial */
     :: !(lTried == rEpoch && rOwner == d && rIsUntouched) && rHandedOffTo != 0 -> decideHandedOver()
     :: !(lTried == rEpoch && rOwner == d && rIsUntouched) && rHandedOffTo == 0 -> decideRunning()
     fi
  fi
}

inline decideHandedOver() {
  if
  :: mFor[d] == rHandedOffTo -> todo = CLAIM
  :: isLook && (!rIsAsleep || rIsCancelRequested) -> todo = CLAIM
  :: isLook && rIsAsleep && !rIsCancelRequested && rIsGivenBack -> todo = CLAIM
  :: isLook && rIsAsleep && !rIsCancelRequested && !rIsGivenBack ->
     if
     :: todo = CLAIM                                                             /* the wait is over */
#ifndef BREAK_ASLEEP
     :: isOwn -> todo = SEND_AGAIN
#else
     :: isOwn
#endif
     :: !isOwn
     fi
  :: !isLook && mFor[d] != rHandedOffTo && isHere && rIsGivenBack -> todo = CLAIM
#ifdef BREAK_REVOKE
  :: !isLook && mFor[d] != rHandedOffTo && isHere && !rIsGivenBack && isOwn -> todo = CLAIM
#else
  :: !isLook && mFor[d] != rHandedOffTo && isHere && !rIsGivenBack && isOwn -> todo = SEND_AGAIN
#endif
  :: else
  fi
}

inline decideRunning() {
  if
  :: !isLook && !isHere
  :: (isLook || isHere) && rIsGivenBack -> todo = CLAIM
  :: (isLook || isHere) && !rIsGivenBack ->
     if
     :: holder == NOBODY -> todo = CLAIM_DEAD                                    /* its lease is over, or its own delivery finds it silent */
     :: holder == NOBODY && !(isLook && mNotBefore[d] == rEpoch)                 /* it may be alive yet, for all that is known */
     :: holder != NOBODY
     :: holder != NOBODY && expiries > 0 -> expiries--; happened++; todo = CLAIM_DEAD
     :: holder != NOBODY && silences > 0 && isOwn -> silences--; happened++; todo = CLAIM_DEAD
#ifdef BREAK_SILENCE
     :: isOwn -> todo = CLAIM_DEAD
#endif
     fi;
     if
     :: todo == CLAIM_DEAD
#ifdef BREAK_LATE_LOOK
     :: todo != CLAIM_DEAD && !isLook -> todo = DUPLICATE
     :: todo != CLAIM_DEAD && isLook
#else
     :: todo != CLAIM_DEAD && (!isLook || isOwn) -> todo = DUPLICATE
     :: todo != CLAIM_DEAD && isLook && !isOwn
#endif
     fi
  fi
}

/* A record that was written: everybody else's knowledge is out of date. */
#define wrote fresh = bit; rIsUntouched = false; rIsGivenBack = false

/* What an invocation does next. */
#define STEP 7
#define HAND_OFF 8
#define SLEEP 9
#define FINISH 10

inline countDeath() { /* core/interruption.ts */
  counted++;
  assert(counted <= happened); /* nothing but a death, or an owner that was not heard of, is an interruption */
  rInterruptions = (rPlace == NONE || rPlace == rIsHandingOver -> rInterruptions : 0) + 1;
  rPlace = rIsHandingOver;
  rRecovery = 2
}

proctype Copy(byte d; byte c) {
  byte lEpoch, lTried, lInvocation, lNext, lOwner, work, todo, version;
  bool lCancel, hasPassed, isWorking, wasStopped, hadEffect;
  mtype outcome = none;

start: /* a look is held back until the lease that it was sent for is over */
  mFor[d] != LOOK || mNotBefore[d] != rEpoch || holder == NOBODY || expiries > 0 || rHandedOffTo != 0 || rOutcome != none;

claim: /* claimOnce: load the record and the stop mark, decideClaim, isElsewhere */
  atomic {
    orDie;
    fresh = fresh | bit;
    version = (mVersion[d] == 0 -> deployed : mVersion[d]);
    wasStopped = isMarked;
    decide();
    lEpoch = rEpoch; lNext = rHandedOffTo; lOwner = rOwner;
    if
    :: todo == ANSWER -> goto succeed
    :: todo == DUPLICATE -> goto dropped
    :: todo == CREATE && isMarked -> goto throw                                  /* JobStoppedError */
    :: else
    fi;
#ifndef BREAK_PIN
    if
    :: todo != CREATE && rPin != version -> goto elsewhere
    :: else
    fi;
#endif
    if
    :: todo == SEND_AGAIN -> goto sendAgain
    :: else
    fi
  };
  atomic { /* claimRecord or createRecord: the conditional write that raises the epoch */
    orDie;
    if
    :: !isFresh ->
#ifdef BREAK_TRIAL
       lTried = 0;
#endif
       goto claim
    :: isFresh && lost > 0 -> lost--; lTried = lEpoch + 1; goto claim            /* it failed */
    :: isFresh ->
       /* A number that somebody has made up is not believed. */
       assert(mFor[d] != FORGED);
       if
       :: todo == CREATE -> rExists = true; rInvocation = 1; rPin = version
       :: else ->
#ifdef BREAK_REVOKE
          rInvocation = (rHandedOffTo != 0 && mFor[d] != rInvocation -> rHandedOffTo : rInvocation);
#else
          rInvocation = (rHandedOffTo != 0 -> rHandedOffTo : rInvocation);
#endif
          rIsCancelRequested = rIsCancelRequested || wasStopped
       fi;
       if
       :: todo == CLAIM_DEAD -> countDeath()
       :: else
       fi;
       wrote;
       rIsUntouched = true; rIsHandingOver = false; rIsAsleep = false; rEpoch++; rHandedOffTo = 0; rOwner = d; holder = c;
       if
       :: lost > 0 -> lost--; lTried = rEpoch; goto claim                        /* it took effect, and its reply was lost */
       :: true
       fi
    fi;
    lEpoch = rEpoch; lInvocation = rInvocation; lNext = 0; lOwner = 0; lCancel = rIsCancelRequested; work = rDone; hasPassed = false;
    wasStopped = isStopped
  };
#ifndef BREAK_REREAD
  if
  :: todo == CREATE && STOPS > 0 -> atomic { orDie; lCancel = lCancel || isMarked } /* createRecord: the mark once more */
  :: else
  fi;
#endif
  if
  :: throws > 0 && rInterruptions < INTERRUPTIONS -> throws--; goto giveBack     /* makeJob */
  :: true
  fi;

loop: /* run-invocation: loop, decide, checkFuses, mustHandOver */
  atomic {
    lNext = 0; hadEffect = false;
    if
    :: lCancel -> todo = FINISH; outcome = cancelled
    :: !lCancel && holder == c && rInterruptions >= INTERRUPTIONS -> todo = FINISH; outcome = failed; assert(happened >= INTERRUPTIONS)
    :: !lCancel && !(holder == c && rInterruptions >= INTERRUPTIONS) ->
       if
       :: work == GOAL -> todo = FINISH; outcome = completed
#ifdef BREAK_RECOVERY
       :: work < GOAL -> todo = STEP
#else
       :: work < GOAL && hasPassed && rRecovery == 2 -> todo = HAND_OFF; lNext = lInvocation + 1
       :: work < GOAL && !(hasPassed && rRecovery == 2) -> todo = STEP
#endif
       :: work < GOAL && lInvocation < LAST -> todo = HAND_OFF; lNext = lInvocation + 1
       :: work < GOAL && sleeps > 0 -> sleeps--; todo = SLEEP; lNext = lInvocation + 1
       fi
    fi;
    if
    :: todo == STEP ->
       isWorking = true;
       assert(!wasStopped || lCancel);             /* none begins once the job is stopped, and this invocation has heard from the store since */
       assert(holder != c || version == rPin)                                    /* none runs on other code */
    :: else
    fi
  };
#ifdef BREAK_ORDER
  if
  :: todo == HAND_OFF || todo == SLEEP -> goto ship
  :: else
  fi;
#endif

write: /* Journal.#saveOnce: one conditional write */
  atomic {
    orDie;
    isWorking = false;
    if
    :: !(mayWrite) -> goto lookAgain
    :: mayWrite && lost > 0 -> lost--; goto lookAgain                            /* it failed */
    :: mayWrite ->
       /* One line saves, nothing that was saved is rewound, and there is one ending. */
       assert(holder == c);
       assert(rDone == work);
       assert(rOutcome == none);
       wrote;
       if
       :: todo == STEP -> rDone = work + 1; rInterruptions = 0; rPlace = NONE; rIsHandingOver = (rRecovery == 2)
       :: todo == HAND_OFF || todo == SLEEP ->
          rHandedOffTo = lNext; rIsAsleep = (todo == SLEEP); rIsHandingOver = false; rRecovery = (rRecovery == 2 -> 1 : 0)
       :: todo == FINISH -> rOutcome = outcome
       fi;
       wasStopped = isStopped;
       if
       :: lost > 0 -> lost--; hadEffect = true; goto lookAgain                   /* it took effect, and its reply was lost */
       :: true
       fi
    fi
  };

written:
  if
  :: todo == STEP -> work++; hasPassed = true; goto loop
  :: todo == FINISH -> goto succeed
  :: todo == HAND_OFF || todo == SLEEP -> skip
  fi;
#ifdef BREAK_ORDER
  goto succeed;
#endif

ship: /* sendContinuation: one channel, then the other */
  atomic {
    orDie;
    if
    :: post(lNext, 0, NONE, isNextQueued, version)
    :: lost > 0 -> lost--; post(lNext, 0, NONE, isNextQueued, version); post(lNext, 0, NONE, isNextQueued, version) /* both have it */
    :: lost > 0 && noChannels > 0 -> lost--; noChannels--; post(lNext, 0, NONE, isNextQueued, version); goto giveBack /* the first has it */
    :: noChannels > 0 -> noChannels--; goto giveBack                             /* HandOffFailedError */
    fi
  };
#ifdef BREAK_ORDER
  goto write;
#endif
  goto succeed;

lookAgain: /* Journal.#lookAgain */
  atomic {
    orDie;
    fresh = fresh | bit;
    if
    :: rEpoch != lEpoch ->                                                       /* superseded: stops on the spot */
       if
       #ifdef BREAK_SUPERSEDED
       :: rOutcome == none && rHandedOffTo == 0 && rInvocation == lInvocation ->
#else
       :: rOutcome == none && (isOwn || (rHandedOffTo == 0 && rInvocation == lInvocation)) ->
#endif
          lEpoch = rEpoch; lOwner = rOwner; goto dropped
       :: else -> goto succeed
       fi
    :: else ->
       lCancel = rIsCancelRequested; wasStopped = isStopped;
       if
       :: hadEffect -> goto written
       :: else -> goto write                                                     /* a client has touched it: still ours */
       fi
    fi
  };

sendAgain: /* look.ts: sendAgain */
  atomic {
    orDie;
    if
    :: post(lNext, 0, NONE, isNextQueued, version); goto succeed
    :: noChannels > 0 -> noChannels--; goto throw
    fi
  };

elsewhere: /* look.ts: forward, to the version that it is pinned to */
  atomic {
    orDie;
    if
    :: post(LOOK, 0, mOnBehalfOf[d], 0, rPin); goto succeed
    :: noChannels > 0 -> noChannels--;
#ifdef BREAK_FORWARD
       goto succeed
#else
       goto throw
#endif
    fi
  };

dropped: /* leaveSomebodyComing */
  atomic {
    orDie;
#ifndef BREAK_HAND_BACK
    if
    :: mIsQueued[d] -> goto handBack
    :: else
    fi;
#endif
#if !defined(BREAK_LOOK) && !defined(NO_DELAY)
    if
    :: mIsQueued[d]
    :: !mIsQueued[d] && noChannels > 0 -> noChannels--; goto throw
    :: !mIsQueued[d] ->
#ifdef BREAK_LOOK_RIGHTS
       post(LOOK, lEpoch, NONE, isLookQueued, version)
#else
       post(LOOK, lEpoch, lOwner, isLookQueued, version)
#endif
    fi;
#endif
    goto succeed
  };

handBack: /* an item failure, without a fault: the queue delivers it again, for as long as it takes */
  atomic {
    orDie;
    fresh = fresh & ~bit;
    lEpoch = 0; lTried = 0; lInvocation = 0; lNext = 0; lOwner = 0; work = 0; todo = 0; version = 0;
    lCancel = false; hasPassed = false; wasStopped = false; hadEffect = false; outcome = none;
    if
    :: mIsOver[d] || mHandle[d] != c -> goto gone
    :: else -> goto start
    fi
  };

giveBack: /* Journal.giveBack: when it fails, the next delivery takes its owner for dead */
  atomic {
    orDie;
    if
    :: rEpoch != lEpoch
    :: rEpoch == lEpoch && lost > 0 -> lost--; happened = happened + (rHandedOffTo == 0 -> 1 : 0)
    :: rEpoch == lEpoch ->                                                       /* once more, when a client has touched it */
#ifdef BREAK_TAKE_BACK
       rHandedOffTo = 0;
#endif
#ifndef BREAK_GIVE_BACK
       wrote;
       rIsGivenBack = true
#else
       skip
#endif
    fi
  };
  goto throw;

died:
throw: /* AWS runs it again, unless the success of another copy has ended that, or gives it up */
  atomic {
    fresh = fresh & ~bit; holder = (holder == c -> NOBODY : holder); isWorking = false;
    lEpoch = 0; lTried = 0; lInvocation = 0; lNext = 0; lOwner = 0; work = 0; todo = 0; version = 0;
    lCancel = false; hasPassed = false; wasStopped = false; hadEffect = false; outcome = none;
    if
    :: mIsOver[d] -> goto gone
    :: mIsQueued[d] && mHandle[d] != c -> goto gone                              /* a newer receipt handle decides */
    :: !(mIsQueued[d] && (mIsOver[d] || mHandle[d] != c)) && mTries[d] > 0 -> mTries[d]--; goto start
    :: !mIsOver[d] && !(mIsQueued[d] && mHandle[d] != c) && mTries[d] == 0 ->
       hasDeadLetter = true;
#ifdef STEP_CRASHES
       assert(false);
#endif
       goto gone
    fi
  };

succeed:
  atomic {
    orDie;
    fresh = fresh & ~bit; holder = (holder == c -> NOBODY : holder); isWorking = false;
    if
    :: mIsQueued[d] && mHandle[d] != c                                           /* an old receipt handle need not delete it */
    :: mIsOver[d] = true
    fi
  };

gone:
  skip;
  d_step {
    lEpoch = 0; lTried = 0; lInvocation = 0; lNext = 0; lOwner = 0; work = 0; todo = 0; version = 0;
    lCancel = false; hasPassed = false; wasStopped = false; hadEffect = false; outcome = none
  }
}

/* sweepRecord, and the continuation after it. */
inline sweep() {
  if
  :: rHandedOffTo == 0 && !rIsGivenBack -> countDeath()
  :: else
  fi;
  rEpoch++; fresh = 0; holder = NOBODY; rOwner = NONE; rIsUntouched = false; rIsGivenBack = false; rIsHandingOver = false; rIsAsleep = false;
  rHandedOffTo = (rHandedOffTo != 0 -> rHandedOffTo : rInvocation + 1);
  post(rHandedOffTo, 0, NONE, 0, 0)
}

/* Duplicates, clients, deployments, and whoever makes up a message. */
active proctype World() {
  byte i;
  do
  :: duplicates > 0 -> atomic {
       duplicates--;
       i = 0;
       do
       :: i + 1 < sent -> i++
       :: break
       od;
       if
       :: i < sent && mTries[i] > 0 -> mTries[i]--; mHandle[i] = copies; run Copy(i, copies); copies++
       :: else
       fi;
       i = 0
     }
  :: atomic { cancels > 0 && rExists && rOutcome == none -> cancels--; rIsCancelRequested = true; fresh = 0 } /* keeps the epoch */
  :: stops > 0 -> stops--; isMarked = true;
     atomic {                                                                    /* lists what is live, and asks it to end */
       if
       :: rExists && rOutcome == none -> rIsCancelRequested = true; fresh = 0
       :: else
       fi;
       isStopped = true
     }
  :: atomic { deploys > 0 -> deploys--; deployed = 2 }
  :: atomic { forgeries > 0 && rExists -> forgeries--; post(FORGED, 0, NONE, 0, 0) }
  :: atomic { sweeps > 0 && rExists && rOutcome == none && (holder == NOBODY || expiries > 0) ->
       sweeps--;
       if
       :: holder == NOBODY
       :: holder != NOBODY -> expiries--; happened = happened + 1
       fi;
       sweep()
     }
  :: break
  od
}

#ifdef SWEEPER
#define isSwept true
#else
#define isSwept false
#endif

init {
  atomic { post(1, 0, NONE, isStartQueued, 1) };
  do
  :: timeout -> /* nothing can move any more */
     if
     :: isSwept && rExists && rOutcome == none && !isOutOfMessages -> atomic { sweep() }
     :: else ->
        assert(rOutcome != none || isOutOfMessages || (!rExists && (isMarked || hasDeadLetter)) || (hasDeadLetter && !isSwept));
        break
     fi
  od
}
