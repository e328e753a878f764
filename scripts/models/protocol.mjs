/** The worlds that test/model/protocol.pml is checked in: how an execution is carried on. */

/** All messages come from a queue; else they are asynchronous events. */
const queued = { QUEUED_START: 1, QUEUED_NEXT: 1, QUEUED_LOOK: 1 };
/** One unit of work in one invocation, and room for two looks. */
const small = { GOAL: 1, LAST: 1, MESSAGES: 3 };
/** One unit of work, and one hand-off before it. */
const handingOver = { GOAL: 1, LAST: 2, MESSAGES: 3 };
/** An execution that is woken through a queue, whose messages go to whatever the alias points to. */
const pinned = { ...queued, DEPLOYS: 1, GOAL: 2, LAST: 2, MESSAGES: 4 };

/** What may go wrong in each world, how much there is to do, and how many messages there can be. */
const worlds = [
  ['deaths', { GOAL: 2, LAST: 3, MESSAGES: 4, CRASHES: 1 }],
  ['three deaths in units of work', { GOAL: 3, LAST: 1, MESSAGES: 5, CRASHES: 3, STEP_CRASHES: 1 }],
  ['a duplicate, and deaths', { ...small, DUPLICATES: 1, CRASHES: 2 }],
  ['two duplicates, and a death', { ...small, DUPLICATES: 2, CRASHES: 1 }],
  ['a duplicate, a hand-off, and a death', { ...handingOver, DUPLICATES: 1, CRASHES: 1 }],
  [
    'a duplicate that finds its owner silent',
    { ...handingOver, DUPLICATES: 1, CRASHES: 1, SILENCES: 1, MESSAGES: 2 },
  ],
  ['a duplicate, and a lost reply', { ...small, DUPLICATES: 1, CRASHES: 1, LOST: 1 }],
  ['a duplicate, and no channel', { ...handingOver, DUPLICATES: 1, CRASHES: 1, NO_CHANNELS: 1, MESSAGES: 2 }],
  [
    'a paused owner, a lost reply, and a cancel',
    { ...handingOver, CRASHES: 1, LOST: 1, EXPIRIES: 1, CANCELS: 1 },
  ],
  ['a queue, with a duplicate', { ...handingOver, ...queued, DUPLICATES: 1, CRASHES: 1, SILENCES: 1 }],
  ['a queue, with two duplicates', { ...small, ...queued, DUPLICATES: 2, CRASHES: 1, LOST: 1 }],
  ['a wait, with a duplicate', { ...small, SLEEPS: 1, DUPLICATES: 1, CRASHES: 1 }],
  ['giving back', { ...handingOver, THROWS: 1, NO_CHANNELS: 1, CRASHES: 1 }],
  ['giving back, with a duplicate and a cancel', { ...small, THROWS: 1, DUPLICATES: 1, CANCELS: 1 }],
  ['a stop, and a duplicate', { ...small, STOPS: 1, DUPLICATES: 1, CRASHES: 1 }],
  ['new code', { ...pinned, NO_CHANNELS: 1, CRASHES: 1 }],
  ['new code, and a duplicate', { ...pinned, GOAL: 1, LAST: 1, DUPLICATES: 1, CRASHES: 1 }],
  ['an invocation that somebody made up', { ...small, FORGERIES: 1, CRASHES: 1 }],
  [
    'a sweeper beside a paused owner',
    { ...handingOver, SWEEPER: 1, SWEEPS: 1, CRASHES: 1, EXPIRIES: 1, MESSAGES: 4 },
  ],
  ['a sweeper for dead letters', { ...handingOver, SWEEPER: 1, CRASHES: 2, TRIES: 1, MESSAGES: 5 }],
  [
    'a sweeper where nothing can be delayed',
    { ...small, SWEEPER: 1, NO_DELAY: 1, DUPLICATES: 1, CRASHES: 1 },
  ],
];
const longWorlds = [
  ['deaths', { GOAL: 2, LAST: 3, MESSAGES: 5, CRASHES: 2 }],
  ['two duplicates of hand-offs, and deaths', { ...handingOver, DUPLICATES: 2, CRASHES: 1 }],
  ['a duplicate that finds its owner silent', { ...handingOver, DUPLICATES: 1, CRASHES: 1, SILENCES: 1 }],
  [
    'a duplicate, a lost reply, and no channel',
    { ...handingOver, DUPLICATES: 1, LOST: 1, NO_CHANNELS: 1, MESSAGES: 4 },
  ],
  ['a stop, a duplicate, and a hand-off', { ...handingOver, STOPS: 1, DUPLICATES: 1, CRASHES: 1 }],
  [
    'new code, a duplicate, and no channel',
    { ...pinned, GOAL: 1, DUPLICATES: 1, CRASHES: 1, NO_CHANNELS: 1 },
  ],
];
const broken = [
  ['writes without a condition', 'FENCE', { ...handingOver, CRASHES: 1, EXPIRIES: 1 }],
  ['sends before it saves', 'ORDER', handingOver],
  ['drops a duplicate without a look', 'LOOK', { ...small, DUPLICATES: 1, CRASHES: 1 }],
  ['sends looks that say for nobody', 'LOOK_RIGHTS', { ...small, DUPLICATES: 1, CRASHES: 2 }],
  ['answers a duplicate of a look as late', 'LATE_LOOK', { ...small, DUPLICATES: 1, CRASHES: 2 }],
  ['acknowledges a duplicate from a queue', 'HAND_BACK', { ...small, ...queued, DUPLICATES: 1, CRASHES: 1 }],
  ['takes over at once', 'SILENCE', { ...small, DUPLICATES: 1 }],
  [
    'acknowledges a copy that its copy has superseded',
    'SUPERSEDED',
    { ...handingOver, DUPLICATES: 1, CRASHES: 1, SILENCES: 1, MESSAGES: 2 },
  ],
  ['forgets a claim whose reply was lost', 'TRIAL', { ...handingOver, LOST: 1, CANCELS: 1, CRASHES: 1 }],
  ['takes a hand-off back to send it again', 'REVOKE', { ...handingOver, DUPLICATES: 1, CRASHES: 1 }],
  ['lets a look sleep on', 'ASLEEP', { ...small, SLEEPS: 1, DUPLICATES: 1, CRASHES: 1 }],
  ['knows its owner by the number', 'NAME', { ...handingOver, NO_CHANNELS: 1, CRASHES: 1 }],
  ['believes any higher number', 'NUMBER', { ...small, FORGERIES: 1, CRASHES: 1 }],
  ['gives nothing back', 'GIVE_BACK', { ...small, THROWS: 1 }],
  [
    'gives back what was handed over',
    'TAKE_BACK',
    { ...handingOver, DUPLICATES: 1, NO_CHANNELS: 1, MESSAGES: 4 },
  ],
  ['reads the stop mark only once', 'REREAD', { ...small, STOPS: 1 }],
  ['runs on any version', 'PIN', pinned],
  ['acknowledges what it could not forward', 'FORWARD', { ...pinned, NO_CHANNELS: 1 }],
  ['does not know what was forwarded for it', 'OWN_LOOK', { ...pinned, NO_CHANNELS: 1, CRASHES: 1 }],
  [
    'goes on after a death without handing over',
    'RECOVERY',
    { GOAL: 3, LAST: 1, MESSAGES: 5, CRASHES: 3, STEP_CRASHES: 1 },
  ],
  ['has neither delays nor a sweeper', undefined, { ...small, NO_DELAY: 1, DUPLICATES: 1, CRASHES: 1 }],
];

/** What `npm run check:model` has spin go through. */
export const protocol = { file: 'test/model/protocol.pml', worlds, longWorlds, broken };
