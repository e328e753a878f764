/*
 * How an execution sleeps, and who wakes it (docs/adr/0009-protocol-model.md). Each transition names the function that it stands for.
 * Checked by `npm run check:model`, beside protocol.pml, which says how an execution that does not wait is carried on.
 *
 * A sleeper waits for facts, or for a time. Each sender writes a fact into a record of its own, raises the flag in the sleeper's record by a
 * conditional write, and sends a look if it sleeps: a signal, or the end of a child, whose own record is the fact. A sender that dies is
 * run again. AWS is as hostile as there, within budgets.
 * The flags that begin with BREAK_ take one rule out: spin has to find what that rule is for.
 */
#ifndef SENDERS
#define SENDERS 1         /* each writes one fact; the sleeper goes on when it knows of all */
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
#ifndef SENDER_CRASHES
#define SENDER_CRASHES 0
#endif
#ifndef LOST
#define LOST 0            /* writes that fail, or take effect although their reply is lost */
#endif
#ifndef NO_CHANNELS
#define NO_CHANNELS 0     /* timers that no channel takes */
#endif
#ifndef DUPLICATES
#define DUPLICATES 0
#endif
#ifndef CANCELS
#define CANCELS 0
#endif
#ifndef EARLY
#define EARLY 0           /* timers that come before their time: a queue cannot hold a message back for as long as it takes */
#endif
/*
 * TIMED: it sleeps until a time at the latest. WAITS_FOR_TIME: its senders' facts do not end the sleep.
 * SWEEPER: whoever is left over is found by the sweeper; without it somebody has to be coming.
 */
#define ALL ((1 << SENDERS) - 1)
#define NOBODY 15
#define NONE 15
#define START 0
#define LOOK 1
#define TIMER 2

/* The record: src/runtime/core/record/execution-record.ts. It was written first, as handed off to invocation 1. */
mtype = { down, raised, seen };
byte rEpoch = 0, rInvocation = 0, rHandedOffTo = 1, rOwner = NONE, rKnown = 0;
mtype rWake = down;
bool rIsAsleep = false, rIsGivenBack = false, rIsUntouched = false, rIsCancelRequested = false, rIsOver = false;
/* Who knows the newest revision: a bit for each copy, then one for each sender. */
short fresh = 0;

byte facts = 0;           /* records of their own, found by known ids */
byte listed = 0;          /* what a list shows of them */
bool isTimeOver = false;

byte mKind[MESSAGES];
byte mFor[MESSAGES];      /* the invocation that it names; none: a look */
byte mNotBefore[MESSAGES];/* it comes when the lease of this epoch is over; 0: at once */
byte mOnBehalfOf[MESSAGES];
byte mTries[MESSAGES];
bool mIsOver[MESSAGES];   /* successful in one of its copies */
byte sent = 0, copies = 0;

/* What is known from above only. */
byte holder = NOBODY;     /* the copy that made the newest claim, while it lives */
bool hasDeadLetter = false, isOutOfMessages = false;
byte crashes = CRASHES, senderCrashes = SENDER_CRASHES, lost = LOST, noChannels = NO_CHANNELS, duplicates = DUPLICATES;
byte cancels = CANCELS, early = EARLY;

inline post(kind, number, notBefore, onBehalfOf) {
  if
  :: sent < MESSAGES ->
     mKind[sent] = kind; mFor[sent] = number; mNotBefore[sent] = notBefore; mTries[sent] = TRIES - 1;
     mOnBehalfOf[sent] = (onBehalfOf == NONE -> sent : onBehalfOf);
     run Copy(sent, copies);
     sent++; copies++
  :: else -> isOutOfMessages = true
  fi
}

#define bit (1 << c)
#define senderBit (1 << (13 + s))
#define orDie if :: crashes > 0 -> crashes--; goto died :: true fi

#define CLAIM 1
#define SEND_AGAIN 2
#define DUPLICATE 3
#define LATE 4

#define isNamed (mFor[d] != 0)
#define isOwn (rOwner == d || rOwner == mOnBehalfOf[d])
#ifdef TIMED
#define isDue isTimeOver
#else
#define isDue false
#endif
/* core/claim.ts: isAsleep */
#define hasReason (rWake != down || rIsCancelRequested || isDue || rIsGivenBack || !rIsAsleep)

/* core/claim.ts: decideClaim */
inline decide() {
  todo = LATE;
  if
  :: rIsOver
  :: !rIsOver && rHandedOffTo != 0 ->
     if
     :: isNamed && mFor[d] == rHandedOffTo -> todo = CLAIM
     :: !(isNamed && mFor[d] == rHandedOffTo) && !isNamed && hasReason -> todo = CLAIM
     :: !(isNamed && mFor[d] == rHandedOffTo) && (isNamed || !hasReason) ->
        if
        :: (isOwn || mFor[d] == rInvocation) && rIsGivenBack -> todo = CLAIM
        :: isOwn && !rIsGivenBack ->
#ifdef BREAK_REVOKE
           todo = CLAIM
#else
           todo = SEND_AGAIN
#endif
        :: else
        fi
     fi
  :: !rIsOver && rHandedOffTo == 0 ->
     if
     :: isNamed && mFor[d] != rInvocation && !isOwn
     :: !(isNamed && mFor[d] != rInvocation && !isOwn) && (rIsGivenBack || holder == NOBODY) -> todo = CLAIM
     :: !(isNamed && mFor[d] != rInvocation && !isOwn) && !rIsGivenBack ->       /* alive, for all that is known */
        if
        :: holder == NOBODY && mNotBefore[d] == rEpoch -> todo = CLAIM           /* its lease is over */
        :: !(holder == NOBODY && mNotBefore[d] == rEpoch) && (isNamed || isOwn) -> todo = DUPLICATE
        :: else
        fi
     fi
  fi
}

#define LOWER 6
#define KEEP 7
#define SLEEP 8
#define FINISH 9

#define isFresh ((fresh & bit) != 0)
#ifdef BREAK_SLEEP
/* A sleep is written over whatever somebody has raised. */
#define mayWrite (isFresh || (todo == SLEEP && rEpoch == lEpoch))
#else
#define mayWrite isFresh
#endif
#ifdef WAITS_FOR_TIME
#define isWaitOver isDue
#else
#define isWaitOver (isDue || lKnown == ALL)
#endif

inline forget() { lEpoch = 0; lTried = 0; lOwner = 0; lKnown = 0; todo = 0; lWake = down; lCancel = false; hadEffect = false }

/* endSleep, decide */
inline goOn() {
  if
  :: isWaitOver -> todo = FINISH
  :: !isWaitOver -> todo = SLEEP                                                 /* fallAsleep */
  :: !isWaitOver && lKnown != rKnown && rEpoch == lEpoch -> todo = KEEP          /* a unit of work between two others */
  fi;
  goto write
}

inline armTimer() {
#ifdef BREAK_NAMED_TIMER
  post(TIMER, rHandedOffTo, 0, NONE)
#else
  post(TIMER, 0, 0, NONE)
#endif
}

proctype Copy(byte d; byte c) {
  byte lEpoch, lTried, lOwner, lKnown, todo;
  mtype lWake = down;
  bool lCancel, hadEffect;

start: /* a look that was left behind comes when the lease is over; a timer when its time is, or early */
  atomic {
    if
    :: mNotBefore[d] != 0 && mNotBefore[d] == rEpoch -> holder == NOBODY || mNotBefore[d] != rEpoch || rHandedOffTo != 0 || rIsOver
    :: mKind[d] == TIMER ->
       if
       :: isTimeOver || rIsOver
       :: early > 0 && !isTimeOver -> early--
       fi
    :: else
    fi
  };

claim: /* openLook, claimOnce: load the record, decideClaim */
  atomic {
    orDie;
    fresh = fresh | bit;
    if
    :: lTried == rEpoch && rOwner == d && rIsUntouched -> todo = CLAIM           /* isOwnTrial */
    :: else -> decide()
    fi;
    lEpoch = rEpoch; lOwner = rOwner;
    if
    :: mKind[d] == TIMER && !isTimeOver && !isNamed -> goto tooEarly             /* openLook: one that comes early arms another timer */
    :: else
    fi;
    if
    :: todo == LATE -> goto succeed
    :: todo == DUPLICATE -> goto dropped
    :: todo == SEND_AGAIN -> goto sendAgain
    :: todo == CLAIM
    fi
  };
  atomic { /* claimRecord: the conditional write that raises the epoch */
    orDie;
    if
    :: !isFresh -> goto claim
    :: isFresh && lost > 0 -> lost--; lTried = lEpoch + 1; goto claim            /* it failed */
    :: isFresh ->
#ifdef BREAK_REVOKE
       rInvocation = (rHandedOffTo != 0 && hasReason -> rHandedOffTo : rInvocation);
#else
       assert(rHandedOffTo == 0 || hasReason);                                   /* nobody is woken without a reason */
       rInvocation = (rHandedOffTo != 0 -> rHandedOffTo : rInvocation);
#endif
       rEpoch++; rHandedOffTo = 0; rOwner = d; holder = c; rIsAsleep = false; rIsGivenBack = false; rIsUntouched = true;
       lWake = (rWake != down -> seen : down);
#ifdef BREAK_SEEN
       rWake = down;
#else
       rWake = lWake;
#endif
       fresh = bit;
       lEpoch = rEpoch; lKnown = rKnown; lCancel = rIsCancelRequested;
       if
       :: lost > 0 -> lost--; lTried = rEpoch; goto claim                        /* it took effect, and its reply was lost */
       :: true
       fi
    fi;
loop: /* run-invocation: loop */
    lTried = 0; lOwner = 0; todo = 0;
    if
    :: lCancel -> todo = FINISH; goto write
    :: !lCancel && lWake == raised ->                                            /* Journal.readNews: lowered before they are read */
#ifdef BREAK_CLEAR_LATE
       lKnown = lKnown | facts;
#endif
       todo = LOWER; goto write
    :: !lCancel && lWake == seen -> goto read
    :: !lCancel && lWake == down -> goOn()
    fi
  };

read: /* readInbox, readChild: by known ids */
  atomic {
    orDie;
#ifdef BREAK_LIST
    lKnown = lKnown | listed;
#else
    lKnown = lKnown | facts;
#endif
    lWake = down;
    goOn()
  };

write: /* Journal.#saveOnce: one conditional write */
  atomic {
    orDie;
    if
    :: !mayWrite -> goto lookAgain
    :: mayWrite && lost > 0 -> lost--; goto lookAgain                            /* it failed */
    :: mayWrite ->
       /* One line saves, and there is one ending. */
       assert(holder == c);
       assert(!rIsOver);
       fresh = bit; rIsUntouched = false;
       rKnown = lKnown;
       lWake = (lWake == raised -> seen : lWake);
       rWake = lWake;
       if
       :: todo == LOWER || todo == KEEP
       :: todo == SLEEP -> rHandedOffTo = rInvocation + 1; rIsAsleep = true
       :: todo == FINISH -> rIsOver = true
       fi;
       if
       :: lost > 0 -> lost--; hadEffect = true; goto lookAgain                   /* it took effect, and its reply was lost */
       :: true
       fi
    fi;
written:
    hadEffect = false;
    if
#ifdef BREAK_CLEAR_LATE
    :: todo == LOWER -> lWake = down; goto loop
#endif
    :: todo == LOWER || todo == KEEP -> goto loop
    :: todo == SLEEP -> goto arm
    :: todo == FINISH -> goto succeed
    fi
  };

lookAgain: /* Journal.#lookAgain: what was written is ours, or somebody has raised the flag, or has claimed the execution */
  atomic {
    orDie;
    fresh = fresh | bit;
    if
    :: rEpoch != lEpoch ->                                                       /* superseded */
       if
       :: !rIsOver && (isOwn || rHandedOffTo == 0) -> lEpoch = rEpoch; lOwner = rOwner; goto dropped
       :: else -> goto succeed
       fi
    :: rEpoch == lEpoch ->
       lCancel = lCancel || rIsCancelRequested;
       lWake = (rWake == raised -> raised : lWake);
       if
       :: hadEffect -> goto written
       :: !hadEffect && todo == SLEEP && (lWake != down || lCancel) -> goto loop /* a sleep that is refused begins again at the top */
       :: !hadEffect && !(todo == SLEEP && (lWake != down || lCancel)) -> goto write
       fi
    fi
  };

arm: /* fallAsleep: after it was written nothing goes on but the sending of the timer */
  atomic {
#ifdef BREAK_IN_PROCESS
    goto stay;
#endif
#ifdef TIMED
    orDie;
    if
    :: noChannels > 0 -> noChannels--; goto giveBack
    :: true -> armTimer()
    fi
#else
    skip
#endif
  };
  goto succeed;

sendAgain: /* look.ts: armAgain; one without a time has nothing to arm */
  atomic {
#ifdef TIMED
    orDie;
    armTimer()
#else
    skip
#endif
  };
  goto succeed;

tooEarly:
  atomic {
    orDie;
    if
    :: rHandedOffTo != 0 && rIsAsleep && !rIsOver -> armTimer()
    :: else
    fi
  };
  goto succeed;

stay: /* only where a rule is taken out: it waits in process, as if it still owned the execution */
#ifdef BREAK_IN_PROCESS
  atomic {
    orDie;
    /* Two lines of one execution do its work. */
    assert(holder == c);
    lKnown = lKnown | facts;
    goto succeed
  };
#endif

dropped: /* leaveSomebodyComing */
  atomic {
    orDie;
#ifndef BREAK_ACKNOWLEDGE
    post(LOOK, 0, lEpoch, lOwner);
#endif
    goto succeed
  };

giveBack: /* Journal.giveBack */
  atomic {
    orDie;
    if
    :: rEpoch == lEpoch -> fresh = bit; rIsGivenBack = true; rWake = (rWake != down -> seen : down)
    :: else
    fi
  };

died: /* AWS runs it again, unless the success of another copy has ended that, or gives it up */
  atomic {
    fresh = fresh & ~bit; holder = (holder == c -> NOBODY : holder);
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
    fresh = fresh & ~bit; holder = (holder == c -> NOBODY : holder);
    mIsOver[d] = true
  };

gone:
  atomic { forget() }
}

#define orSenderDies if :: senderCrashes > 0 -> senderCrashes--; goto fact :: true fi

/* postSignal, or the end of a child: its record, then tellEnd. One that dies is run again, and begins at the fact, which is there then. */
proctype Sender(byte s) {
  bool isSleeper;

fact:
  atomic {
    fresh = fresh & ~senderBit; isSleeper = false;
#ifndef BREAK_FLAG_FIRST
    facts = facts | (1 << s)
#endif
  };

raise: /* raiseFlag: changeRecord */
  atomic {
    orSenderDies;
    if
    :: rIsOver -> goto done
    :: else
    fi;
    fresh = fresh | senderBit;
    isSleeper = rHandedOffTo != 0 && rIsAsleep && !isDue;                        /* isSleeper */
    if
    :: rWake == raised -> goto told
    :: else
    fi
  };
  atomic {
    orSenderDies;
    if
    :: (fresh & senderBit) == 0 -> goto raise
    :: (fresh & senderBit) != 0 && lost > 0 -> lost--; goto raise                /* it failed */
    :: (fresh & senderBit) != 0 ->
       fresh = senderBit; rWake = raised;
       if
       :: lost > 0 -> lost--; goto raise                                         /* it took effect, and its reply was lost */
       :: true
       fi
    fi
  };

told:
#ifdef BREAK_FLAG_FIRST
  facts = facts | (1 << s);
#endif
  atomic {
    orSenderDies;
    if
#ifndef BREAK_NO_LOOK
    :: isSleeper -> post(LOOK, 0, 0, NONE)
#endif
    :: else
    fi
  };

done:
  atomic { fresh = fresh & ~senderBit; isSleeper = false };
#ifdef BREAK_LIST
  listed = listed | (1 << s)                                                     /* it has lagged behind */
#endif
}

/* Duplicates, time, and whoever asks for an end: sooner or later. */
active proctype World() {
  byte i;
end:
  do
  :: atomic { duplicates > 0 && sent > 0 ->
       duplicates--;
       i = 0;
       do
       :: i + 1 < sent -> i++
       :: break
       od;
       if
       :: mTries[i] > 0 -> mTries[i]--; run Copy(i, copies); copies++
       :: else
       fi;
       i = 0
     }
#ifdef TIMED
  :: !isTimeOver -> isTimeOver = true
#endif
  :: atomic { cancels > 0 && !rIsOver ->                                         /* BatonClient.cancel */
       cancels--; rIsCancelRequested = true; fresh = 0;
       if
       :: rHandedOffTo != 0 && rIsAsleep -> i = 1
       :: else
       fi
     };
     atomic {
       if
       :: i == 1 -> post(LOOK, 0, 0, NONE)
       :: else
       fi;
       i = 0
     }
  od
}

#ifdef SWEEPER
#define isSwept true
#else
#define isSwept false
#endif

/* sweepRecord, and the message after it: it names an invocation, which is handed over to by then. */
inline sweep() {
  rEpoch++; fresh = 0; holder = NOBODY; rOwner = NONE; rIsGivenBack = false; rIsAsleep = false;
  rHandedOffTo = (rHandedOffTo != 0 -> rHandedOffTo : rInvocation + 1);
  post(START, rHandedOffTo, 0, NONE)
}

init {
  byte s;
  atomic {
    post(START, 1, 0, NONE);
    do
    :: s < SENDERS -> run Sender(s); s++
    :: s == SENDERS -> break
    od;
    s = 0
  };
  do
  :: timeout -> /* nothing can move any more */
     if
     :: isSwept && !rIsOver && !isOutOfMessages -> atomic { sweep() }
     :: else ->
        assert(rIsOver || isOutOfMessages || (hasDeadLetter && !isSwept));
        break
     fi
  od
}
