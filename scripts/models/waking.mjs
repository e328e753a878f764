/** The worlds that test/model/waking.pml is checked in: how an execution sleeps, and who wakes it. */

/** Room for the start, one look of a sender, and one that a duplicate leaves behind. */
const small = { MESSAGES: 3 };
const duplicated = { ...small, DUPLICATES: 1, CRASHES: 1 };

const worlds = [
  ['two senders, and deaths of each', { SENDERS: 2, CRASHES: 1, SENDER_CRASHES: 1 }],
  ['deaths, one after the other', { CRASHES: 2, SENDER_CRASHES: 1 }],
  ['two senders, a lost reply, and a death', { SENDERS: 2, LOST: 1, CRASHES: 1, ...small }],
  ['two lost replies, and a death', { LOST: 2, CRASHES: 1 }],
  ['two senders, and a duplicate', { SENDERS: 2, DUPLICATES: 1, ...small }],
  ['a duplicate, and a death', duplicated],
  ['a duplicate, and a lost reply', { DUPLICATES: 1, LOST: 1, ...small }],
  ['a timer, a sender, and a duplicate', { TIMED: 1, DUPLICATES: 1, ...small }],
  [
    'a timer that comes early, and no channel',
    { TIMED: 1, WAITS_FOR_TIME: 1, CRASHES: 1, EARLY: 1, NO_CHANNELS: 1, ...small },
  ],
  ['a cancel, and deaths', { CANCELS: 1, CRASHES: 2 }],
  ['a cancel, and a duplicate', { CANCELS: 1, DUPLICATES: 1, ...small }],
];
/** A copy of a look may claim although the other one has succeeded: then only the sweeper finds its death. */
const forgotten = { SENDERS: 2, DUPLICATES: 1, CRASHES: 1 };
const longWorlds = [
  ['a duplicate, a lost reply, and a death', { ...duplicated, LOST: 1 }],
  ['a cancel, a duplicate, and a death', { CANCELS: 1, ...duplicated }],
  ['two senders, and deaths', { SENDERS: 2, CRASHES: 2, SENDER_CRASHES: 1 }],
  ['three senders, and deaths of each', { SENDERS: 3, CRASHES: 1, SENDER_CRASHES: 1 }],
  ['a timer, a duplicate, and a death', { TIMED: 1, ...duplicated }],
  ['a sweeper for a death that nobody else hears of', { ...forgotten, SWEEPER: 1, TRIES: 2, MESSAGES: 4 }],
];

const broken = [
  ['clears the flag after the facts were read', 'CLEAR_LATE', { SENDERS: 2 }],
  ['finds facts by a list that lags', 'LIST', {}],
  ['revokes a sleep', 'REVOKE', duplicated],
  ['goes on in process after its sleep was written', 'IN_PROCESS', {}],
  ['has timers that name an invocation', 'NAMED_TIMER', { TIMED: 1, EARLY: 1 }],
  ['acknowledges a duplicate within the lease', 'ACKNOWLEDGE', duplicated],
  ['raises the flag before the fact is there', 'FLAG_FIRST', {}],
  ['sleeps although the flag is up', 'SLEEP', {}],
  ['forgets with a claim that there are facts to read', 'SEEN', { CRASHES: 1 }],
  ['raises flags and sends no looks', 'NO_LOOK', {}],
];

/** What `npm run check:model` has spin go through. */
export const waking = { file: 'test/model/waking.pml', worlds, longWorlds, broken };
