/*
 * Who has the slots of a job's `concurrency`, who waits for one, and who wakes it (docs/adr/0009-protocol-model.md). Each transition names
 * the function that it stands for. Checked by `npm run check:model`, beside protocol.pml and waking.pml.
 *
 * Each execution has a record of its own, and the slots have one: who holds one, and who waits, in order. Entering and leaving read the
 * slots and the records of those concerned, and write the slots by a conditional write; whoever is called into a slot by it is woken by a
 * flag and a look. How a record is claimed and written is the other models' matter: here each such write is one transition.
 * The flags that begin with BREAK_ take one rule out: spin has to find what that rule is for.
 */
#ifndef EXECUTIONS
#define EXECUTIONS 2      /* at most three */
#endif
#ifndef LIMIT
#define LIMIT 1
#endif
#ifndef MESSAGES
#define MESSAGES 4        /* messages that can ever be sent: the bound of the model, not of the protocol */
#endif
#ifndef TRIES
#define TRIES 3           /* runs that AWS gives a message, its duplicates among them */
#endif
#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef LOST
#define LOST 0            /* writes of the slots that fail, or take effect although their reply is lost */
#endif
#ifndef DUPLICATES
#define DUPLICATES 0
#endif
#ifndef EXPIRIES
#define EXPIRIES 0        /* owners that are taken for dead, and are not */
#endif
#ifndef NAPS
#define NAPS 0            /* pauses in the middle of the work: a slot is kept */
#endif
#ifndef PARKS
#define PARKS 0
#endif
#ifndef REDRIVES
#define REDRIVES 0
#endif
#ifndef CANCELS
#define CANCELS 0
#endif
#ifndef RAISES
#define RAISES 0          /* deployments that raise the limit */
#endif
#ifndef SWEEPS
#define SWEEPS 0          /* what the sweeper may send on; without it somebody has to be coming */
#endif
/* CANCEL_RUNNING: whenBusy is 'cancel-running', with a limit of 1; then a nap is for somebody who never comes. */
#define NOBODY 15
#define START 0
#define LOOK 1

/* The records of executions: src/runtime/core/record/execution-record.ts. */
mtype = { down, raised, seen };
mtype = { unbegun, running, queuedUp, napping, parked, ended };
mtype rAt[EXECUTIONS] = unbegun;
mtype rWake[EXECUTIONS] = down;
byte rEpoch[EXECUTIONS], rOwner[EXECUTIONS];
bool rIsFirst[EXECUTIONS], rIsHeld[EXECUTIONS], rIsCancelRequested[EXECUTIONS], rIsRedriven[EXECUTIONS];

/* The record of the slots: src/runtime/core/record/slots.ts. */
#define WAITS 1
#define HOLDS 2
#define CALLED 3          /* it was given the slot that it waited for, and has not said yet that it knows */
byte sIs[EXECUTIONS], sEpoch[EXECUTIONS], queue[EXECUTIONS];
byte queueLength = 0, limit = LIMIT;
short sFresh = 0;         /* who knows the newest revision: a bit for each copy */

byte mKind[MESSAGES], mOf[MESSAGES], mTries[MESSAGES], mNotBefore[MESSAGES], mOnBehalfOf[MESSAGES];
bool mIsOver[MESSAGES];   /* successful in one of its copies */
byte sent = 0, copies = 0;

/* What is known from above only. */
byte owner[EXECUTIONS];   /* the copy that made the newest claim, while it is taken to live */
bool hasBegun[EXECUTIONS];/* it has done some of its work, by the slot that it has */
bool hasDeadLetter = false, isOutOfMessages = false;
byte crashes = CRASHES, lost = LOST, duplicates = DUPLICATES, expiries = EXPIRIES, naps = NAPS, parks = PARKS;
byte redrives = REDRIVES, cancels = CANCELS, raises = RAISES, sweeps = SWEEPS;
hidden byte i, at, count, room;

#define isHolder(x) (sIs[x] >= HOLDS)
#define isLive(x) (hasBegun[x] && rAt[x] != ended && rAt[x] != parked)
#define isGone(x) (rAt[x] == ended || rAt[x] == parked)
#define isCalled(x) (sIs[x] == CALLED)
#ifdef BREAK_REDRIVEN
#define wasRedriven(x) false
#else
#define wasRedriven(x) rIsRedriven[x]
#endif
#if EXECUTIONS == 3
#define sum(what) (what(0) + what(1) + what(2))
#define mask(what) (what(0) + (what(1) << 1) + (what(2) << 2))
#else
#define sum(what) (what(0) + what(1))
#define mask(what) (what(0) + (what(1) << 1))
#endif
#define has(set, x) ((set & (1 << (x))) != 0)

inline post(kind, whose, notBefore, onBehalfOf) {
  if
  :: sent < MESSAGES ->
     mKind[sent] = kind; mOf[sent] = whose; mNotBefore[sent] = notBefore; mTries[sent] = TRIES - 1; mOnBehalfOf[sent] = onBehalfOf;
     run Copy(sent, copies);
     sent++; copies++
  :: else -> isOutOfMessages = true
  fi
}

/* core/record/slots.ts */
inline takeOut(x) {
  if
  :: sIs[x] == WAITS ->
     at = 0;
     do
     :: queue[at] != x -> at++
     :: else -> break
     od;
     do
     :: at + 1 < queueLength -> queue[at] = queue[at + 1]; at++
     :: else -> break
     od;
     queueLength--; queue[queueLength] = 0; at = 0
  :: else
  fi;
  sIs[x] = 0; sEpoch[x] = 0
}

/* slots-store.ts: callNext; who is no longer waiting is passed over */
inline callNext(own) {
  room = (limit > sum(isHolder) -> limit - sum(isHolder) : 0);
  count = 0; i = 0;
  do
  :: count < room && i < queueLength && queue[i] == own -> count++; i++
  :: count < room && i < queueLength && queue[i] != own && has(lGone, queue[i]) -> lMember = queue[i]; takeOut(lMember)
  :: count < room && i < queueLength && queue[i] != own && !has(lGone, queue[i]) ->
     lMember = queue[i]; lAgain = sEpoch[lMember]; takeOut(lMember);
     sIs[lMember] = CALLED; sEpoch[lMember] = lAgain; lCalled = lCalled | (1 << lMember); count++
  :: else -> break
  od;
  lMember = 0; lAgain = 0; i = 0; count = 0; room = 0
}

#define e mOf[d]
#define bit (1 << c)
#define isSlotsFresh ((sFresh & bit) != 0)
#define orDie if :: crashes > 0 -> crashes--; goto died :: true fi
#define isOwn (rOwner[e] == d || rOwner[e] == mOnBehalfOf[d])
#ifdef CANCEL_RUNNING
#define isDue false
#else
#define isDue (rAt[e] == napping)
#endif
#define hasReason (rWake[e] != down || rIsCancelRequested[e] || isDue)
/* among/inbox.ts: isSleeper */
#define isSleeper(x) (rAt[x] == queuedUp || (rAt[x] == napping && !isTimed))
#ifdef CANCEL_RUNNING
#define isTimed false
#else
#define isTimed true
#endif

inline forget() { lEpoch = 0; lGone = 0; lLiving = 0; lCalled = 0; lOlder = 0; lMember = 0; lAgain = 0; isEntering = false; isAsleep = false; isHeld = false }

proctype Copy(byte d; byte c) {
  byte lEpoch, lGone, lLiving, lCalled, lOlder, lMember, lAgain;
  bool isEntering, isAsleep, isHeld;
#ifdef BREAK_FENCE
  bool hasSeenRoom;
#endif

start: /* a look that was left behind comes when the lease is over */
  if
  :: mNotBefore[d] != 0 -> owner[e] == NOBODY || mNotBefore[d] != rEpoch[e] || rAt[e] != running
  :: else
  fi;

claim: /* claimExecution: decideClaim, and the write that raises the epoch */
  atomic {
    orDie;
    if
    :: rAt[e] == ended -> lEpoch = rEpoch[e];                                    /* wakeAgain */
#ifdef BREAK_TELL_AGAIN
       goto succeed
#else
       goto leave
#endif
    :: rAt[e] == parked && mKind[d] == LOOK && !isOwn -> goto succeed
    :: rAt[e] == parked && (mKind[d] == START || isOwn) -> lEpoch = rEpoch[e];   /* claimExecution: a delivery that parked it fails again */
#ifdef BREAK_PARKED_AGAIN
       goto failed
#else
       goto leave
#endif
    :: rAt[e] == unbegun
    :: (rAt[e] == queuedUp || rAt[e] == napping) && mKind[d] == LOOK && hasReason -> rIsFirst[e] = false
    :: (rAt[e] == queuedUp || rAt[e] == napping) && !(mKind[d] == LOOK && hasReason) ->
       if
       :: isOwn && rAt[e] == napping && isTimed -> goto arm                      /* sendAgain: armAgain */
       :: else -> goto succeed
       fi
    :: rAt[e] == running && mKind[d] == START && !rIsFirst[e] && !isOwn -> goto succeed
    :: rAt[e] == running && !(mKind[d] == START && !rIsFirst[e] && !isOwn) ->
       if
       :: owner[e] == NOBODY
       :: owner[e] != NOBODY && (mKind[d] == START || isOwn) -> lEpoch = rEpoch[e]; goto dropped
       :: owner[e] != NOBODY && mKind[d] == LOOK && !isOwn -> goto succeed
       fi
    fi;
    rEpoch[e]++; rAt[e] = running; rOwner[e] = d; owner[e] = c; lEpoch = rEpoch[e];
    rWake[e] = (rWake[e] != down -> seen : down)
  };

top: /* takeSlot: askForSlot */
  atomic {
    if
    :: rIsCancelRequested[e] -> goto finish
    :: !rIsCancelRequested[e] && rIsHeld[e] -> goto work
    :: else -> isEntering = true
    fi
  };

enter: /* tryToEnter: the slots, and the records of those who have them or are next */
  atomic {
    orDie;
    sFresh = sFresh | bit; lGone = mask(isGone);
#ifdef BREAK_FENCE
    hasSeenRoom = sIs[e] == 0 && sum(isHolder) < limit && queueLength == 0;
#endif
    if
    :: !isHolder(e) && sum(isHolder) >= limit -> lLiving = lLiving | (mask(isHolder) & ~lGone)
    :: else
    fi;
    /* Nothing is written when the slots are already as they should be. */
    if
    :: sEpoch[e] == lEpoch && sIs[e] == HOLDS && (queueLength == 0 || sum(isHolder) >= limit) -> isHeld = true; goto entered
    :: sEpoch[e] == lEpoch && sIs[e] == WAITS && sum(isHolder) >= limit && (mask(isHolder) & lGone & ~lLiving) == 0 ->
       isHeld = false; lOlder = mask(isHolder); goto entered
    :: else
    fi
  };
  atomic { /* one conditional write */
    orDie;
    if
#ifdef BREAK_FENCE
    :: !isSlotsFresh && hasSeenRoom -> sFresh = bit; takeOut(e); sIs[e] = HOLDS; sEpoch[e] = lEpoch; isHeld = true; goto entered
    :: !isSlotsFresh && !hasSeenRoom -> goto enter
#else
    :: !isSlotsFresh -> goto enter                                               /* LostRace */
#endif
    :: isSlotsFresh && lost > 0 -> lost--; goto enter                            /* it failed */
    :: isSlotsFresh ->
       sFresh = bit;
#ifndef BREAK_HOLDERS
       if
       :: !isHolder(e) && sum(isHolder) >= limit ->                              /* lookAtHolders */
          lMember = 0;
          do
          :: lMember < EXECUTIONS ->
             if
             :: isHolder(lMember) && has(lGone, lMember) && !has(lLiving, lMember) -> takeOut(lMember)
             :: else
             fi;
             lMember++
          :: else -> break
          od;
          lMember = 0
       :: else
       fi;
#endif
#ifndef BREAK_REPEAT
       /* It has entered or left before: whoever was called then may not have heard of it. */
       lAgain = (sIs[e] == HOLDS || sIs[e] == WAITS || wasRedriven(e) -> mask(isCalled) : 0);
       lCalled = lCalled | lAgain; lAgain = 0;
#endif
#ifndef BREAK_ORDER
       callNext(e);
#endif
       /* enterSlots */
       if
       :: isHolder(e) -> sIs[e] = HOLDS
       :: sIs[e] == WAITS
       :: sIs[e] == 0 -> sIs[e] = WAITS; queue[queueLength] = e; queueLength++
       fi;
       sEpoch[e] = (sEpoch[e] > lEpoch -> sEpoch[e] : lEpoch);
       if
#ifdef BREAK_ORDER
       :: sIs[e] == WAITS && sum(isHolder) < limit ->
#else
       :: sIs[e] == WAITS && sum(isHolder) < limit && queue[0] == e ->
#endif
          assert(queue[0] == e);                                                 /* nobody is overtaken */
          lAgain = sEpoch[e]; takeOut(e); sEpoch[e] = lAgain; lAgain = 0; sIs[e] = HOLDS
       :: else
       fi;
       isHeld = sIs[e] == HOLDS;
       lOlder = (isHeld -> 0 : mask(isHolder));
       if
       :: lost > 0 -> lost--; goto enter                                         /* it took effect, and its reply was lost */
       :: true
       fi
    fi
  };

entered: /* wakeCalled: those that were called into a slot */
#ifdef BREAK_NO_LOOK
  lCalled = 0;
#endif
  do
  :: atomic { lCalled != 0 ->
       orDie;
       lMember = (has(lCalled, 0) -> 0 : (has(lCalled, 1) -> 1 : 2));
       lCalled = lCalled & ~(1 << lMember);
#ifndef BREAK_FLAG
       rWake[lMember] = (rAt[lMember] != ended -> raised : rWake[lMember]);      /* raiseFlag */
#endif
       isAsleep = isSleeper(lMember)
     };
     atomic {
       if
       :: isAsleep -> orDie; post(LOOK, lMember, 0, NOBODY); isAsleep = false
       :: else
       fi;
       lMember = 0
     }
  :: else -> break
  od;
  lLiving = 0; lGone = 0;
  atomic {
    if
    :: !isEntering && rAt[e] == parked && rEpoch[e] == lEpoch -> goto failed     /* parkExecution: the delivery fails */
    :: !isEntering && !(rAt[e] == parked && rEpoch[e] == lEpoch) -> goto succeed
    :: isEntering && isHeld -> goto work
    :: isEntering && !isHeld -> isEntering = false
    fi
  };

cancelOlder: /* whenBusy: 'cancel-running' */
#ifdef CANCEL_RUNNING
  if
  :: atomic { lOlder != 0 ->
       orDie;
       lMember = (has(lOlder, 0) -> 0 : (has(lOlder, 1) -> 1 : 2));
       rIsCancelRequested[lMember] = rIsCancelRequested[lMember] || rAt[lMember] != ended;
#ifndef BREAK_CANCEL_LOOK
       isAsleep = isSleeper(lMember)
#endif
     };
     atomic {
       if
       :: isAsleep -> orDie; post(LOOK, lMember, 0, NOBODY); isAsleep = false
       :: else
       fi;
       lMember = 0; lOlder = 0
     }
  :: else
  fi;
#else
  lOlder = 0;
#endif

  atomic { /* fallAsleep: a sleep is written unless there is a reason to wake */
    orDie;
    isHeld = false;
    if
    :: rEpoch[e] != lEpoch -> goto superseded
    :: rEpoch[e] == lEpoch && (rWake[e] == raised || rIsCancelRequested[e]) ->
#ifndef BREAK_SLEEP
       rWake[e] = (rWake[e] == raised -> seen : rWake[e]); goto top              /* Journal.readNews */
#else
       goto fallen
#endif
    :: else
    fi;
#ifdef BREAK_SLEEP
fallen:
#endif
    rAt[e] = queuedUp; rWake[e] = down; rIsFirst[e] = false; owner[e] = (owner[e] == c -> NOBODY : owner[e]);
    goto succeed
  };

work: /* holdSlot; the execution's units of work */
  atomic {
    orDie;
    isEntering = false; isHeld = false;
    if
    :: rEpoch[e] != lEpoch -> goto superseded
    :: else
    fi;
    hasBegun[e] = true;
    assert(sum(isLive) <= limit);                                                /* never more than the limit are at work */
    if
    :: true -> goto finish
    :: naps > 0 && rWake[e] != raised && !rIsCancelRequested[e] ->
       naps--; rAt[e] = napping; rWake[e] = down; rIsHeld[e] = true; rIsFirst[e] = false;
       owner[e] = (owner[e] == c -> NOBODY : owner[e]); goto arm                 /* a holder keeps its slot while it sleeps */
    :: parks > 0 -> parks--; rAt[e] = parked; rIsHeld[e] = false; rIsFirst[e] = false;
       owner[e] = (owner[e] == c -> NOBODY : owner[e]); goto leave               /* parkExecution, dropSlot */
    fi
  };

arm: /* the sending of the timer, after the sleep was written */
  atomic {
    orDie;
    if
    :: isTimed -> post(LOOK, e, 0, NOBODY)
    :: else
    fi;
    goto succeed
  };

finish: /* Journal.finish: the outcome is recorded first */
#ifdef BREAK_LEAVE_FIRST
  atomic {
    if
    :: sIs[e] == HOLDS -> takeOut(e)
    :: else
    fi
  };
#endif
  atomic {
    orDie;
    if
    :: rEpoch[e] != lEpoch -> goto superseded
    :: else
    fi;
    rAt[e] = ended; owner[e] = (owner[e] == c -> NOBODY : owner[e])
  };

leave: /* freeSlot: tryToLeave */
  atomic {
    orDie;
    sFresh = sFresh | bit; lGone = mask(isGone)
  };
  atomic {
    orDie;
    if
    :: !isSlotsFresh -> goto leave
    :: isSlotsFresh && lost > 0 -> lost--; goto leave
    :: isSlotsFresh ->
       sFresh = bit;
       if
#ifdef BREAK_EPOCH
       :: sIs[e] != 0 -> takeOut(e)
#else
       :: sIs[e] != 0 && sEpoch[e] <= lEpoch -> takeOut(e)
#endif
#ifndef BREAK_LEAVE_AGAIN
       :: else -> lCalled = lCalled | mask(isCalled)                             /* it has left before */
#else
       :: else
#endif
       fi;
       callNext(e);
       if
       :: lost > 0 -> lost--; goto leave
       :: true
       fi
    fi;
    isEntering = false; goto entered
  };

superseded:
  atomic {
    isEntering = false; isHeld = false;
    if
    :: rAt[e] == running -> lEpoch = rEpoch[e]; goto dropped
    :: else -> goto succeed
    fi
  };

dropped: /* leaveSomebodyComing */
  atomic {
    orDie;
    post(LOOK, e, lEpoch, rOwner[e]);
    goto succeed
  };

failed:
  atomic {
    sFresh = sFresh & ~bit; forget();
    if
    :: !mIsOver[d] && mTries[d] > 0 -> mTries[d]--; goto start
    :: else -> goto gone
    fi
  };

died: /* AWS runs it again, unless the success of another copy has ended that, or gives it up */
  atomic {
    sFresh = sFresh & ~bit; owner[e] = (owner[e] == c -> NOBODY : owner[e]);
    forget();
    if
    :: mIsOver[d] -> goto gone
    :: !mIsOver[d] && mTries[d] > 0 -> mTries[d]--; goto start
    :: !mIsOver[d] && mTries[d] == 0 -> hasDeadLetter = true; goto gone
    fi
  };

succeed:
  atomic {
    orDie;
    sFresh = sFresh & ~bit; owner[e] = (owner[e] == c -> NOBODY : owner[e]);
    mIsOver[d] = true
  };

gone:
  atomic { forget() }
}

/* Duplicates, deployments, and whoever asks for an end or a redrive: sooner or later. */
active proctype World() {
  byte x;
  bool hasToLook;
end:
  do
  :: atomic { duplicates > 0 && sent > 0 ->
       duplicates--;
       x = 0;
       do
       :: x + 1 < sent -> x++
       :: break
       od;
       if
       :: mTries[x] > 0 -> mTries[x]--; run Copy(x, copies); copies++
       :: else
       fi;
       x = 0
     }
  :: raises > 0 -> atomic { raises--; limit++ }
  :: atomic { expiries > 0 ->
       expiries--;
       if
       :: owner[0] = NOBODY
       :: owner[1] = NOBODY
       fi
     }
  :: atomic { cancels > 0 ->                                                     /* BatonClient.cancel */
       cancels--;
       if
       :: x = 0
       :: x = 1
       fi;
       rIsCancelRequested[x] = rAt[x] != ended; hasToLook = isSleeper(x);
       if
       :: hasToLook -> post(LOOK, x, 0, NOBODY)
       :: else
       fi;
       x = 0; hasToLook = false
     }
  :: atomic { redrives > 0 && (isGone(0) || isGone(1)) ->                        /* BatonClient.redrive: of a failed one, or a parked one */
       redrives--;
       x = (isGone(0) -> 0 : 1);
       rEpoch[x]++; rAt[x] = queuedUp; rWake[x] = raised; rOwner[x] = NOBODY; owner[x] = NOBODY; rIsHeld[x] = false; hasBegun[x] = false;
       rIsCancelRequested[x] = false; rIsRedriven[x] = true;
       post(LOOK, x, 0, NOBODY);
       x = 0
     }
  od
}

#define isDone(x) (rAt[x] == ended || rAt[x] == parked)
#ifdef CANCEL_RUNNING
/* The newest one may wait for somebody who never comes. */
#define isAtRest(x) (isDone(x) || (rAt[x] == napping && !rIsCancelRequested[x] && queueLength == 0))
#else
#define isAtRest(x) isDone(x)
#endif
#define isLeftOver(x) (isDone(x) && sIs[x] != 0)
#define areAllAtRest (sum(isAtRest) == EXECUTIONS)

init {
  byte x;
  atomic {
    do
    :: x < EXECUTIONS -> rIsFirst[x] = true; owner[x] = NOBODY; rOwner[x] = NOBODY; post(START, x, 0, NOBODY); x++
    :: x == EXECUTIONS -> break
    od;
    x = 0
  };
  do
  :: timeout -> /* nothing can move any more */
     if
     :: atomic { sweeps > 0 && !areAllAtRest && !isOutOfMessages ->              /* sweepRecord */
          sweeps--;
          do
          :: x < EXECUTIONS ->
             if
             :: !isAtRest(x) ->
                rEpoch[x]++; rAt[x] = queuedUp; rWake[x] = raised; rOwner[x] = NOBODY; owner[x] = NOBODY;
                post(LOOK, x, 0, NOBODY)
             :: else
             fi;
             x++
          :: else -> break
          od;
          x = 0
        }
     :: else ->
        assert(areAllAtRest || isOutOfMessages || (hasDeadLetter && SWEEPS == 0));
        /* Nobody who has ended keeps a slot. */
        assert(sum(isLeftOver) == 0 || isOutOfMessages || hasDeadLetter || EXPIRIES > 0);
        break
     fi
  od
}
