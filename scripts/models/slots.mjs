/** The worlds that test/model/slots.pml is checked in: who has the slots of a job, and who waits for one. */

const three = { EXECUTIONS: 3, MESSAGES: 5 };
/** A limit that a deployment raises while others wait. */
const raised = { RAISES: 1, LOST: 1, CRASHES: 1 };
/** Its delivery dies, and is not tried again. */
const forgotten = { TRIES: 1, CRASHES: 1, SWEEPS: 1, MESSAGES: 6 };
/** It dies when it has called the next one, and is redriven before it can wake it. */
const redriven = { REDRIVES: 1, CRASHES: 1, MESSAGES: 3 };
const cancelling = { CANCEL_RUNNING: 1, NAPS: 1 };

const worlds = [
  ['three executions', { ...three, MESSAGES: 4 }],
  ['a death', { CRASHES: 1 }],
  ['a lost reply, and a death', { LOST: 1, CRASHES: 1 }],
  ['a duplicate', { DUPLICATES: 1, MESSAGES: 3 }],
  ['a pause in the work, and a death', { NAPS: 1, CRASHES: 1, MESSAGES: 4 }],
  ['an execution that is parked, and a death', { PARKS: 1, CRASHES: 1, MESSAGES: 3 }],
  ['an execution that is redriven, and a death', redriven],
  ['an execution that is cancelled, and a death', { CANCELS: 1, CRASHES: 1, MESSAGES: 3 }],
  ['an owner that is taken for dead', { EXPIRIES: 1, LOST: 1 }],
  ['a raised limit', { RAISES: 1, CRASHES: 1, MESSAGES: 3 }],
  ['older executions that are cancelled, and a death', { ...cancelling, CRASHES: 1 }],
  ['a sweeper for a dead letter', forgotten],
];
const longWorlds = [
  ['three executions, all of whom are woken', three],
  ['three executions, two slots, and a death', { ...three, LIMIT: 2, CRASHES: 1 }],
  ['two deaths', { CRASHES: 2, MESSAGES: 5 }],
  ['a duplicate, and a lost reply', { DUPLICATES: 1, LOST: 1, MESSAGES: 4 }],
  ['an execution that is parked and redriven, and a death', { ...redriven, PARKS: 1, MESSAGES: 4 }],
  ['a raised limit, a lost reply, and a death', { ...raised, MESSAGES: 5 }],
];

const broken = [
  ['writes the slots without a condition', 'FENCE', {}],
  ['gives a slot up before the end is recorded', 'LEAVE_FIRST', {}],
  ['calls executions and sends no looks', 'NO_LOOK', {}],
  ['calls executions and raises no flags', 'FLAG', {}],
  ['sleeps although it was called meanwhile', 'SLEEP', {}],
  ['gives a slot to whoever comes when others wait', 'ORDER', { ...three, RAISES: 1 }],
  ['does not leave again after a death', 'TELL_AGAIN', { CRASHES: 1 }],
  ['leaves again, and wakes only whom it calls', 'LEAVE_AGAIN', { CRASHES: 1 }],
  ['enters again, and wakes only whom it calls', 'REPEAT', { ...raised, MESSAGES: 5 }],
  ['is redriven, and wakes only whom it calls', 'REDRIVEN', redriven],
  ['forgets that it was parked before a death', 'PARKED_AGAIN', { PARKS: 1, CRASHES: 1, MESSAGES: 3 }],
  ['leaves by an earlier claim', 'EPOCH', { REDRIVES: 1 }],
  ['believes that whoever has a slot is alive', 'HOLDERS', forgotten],
  ['asks older executions to end and sends no looks', 'CANCEL_LOOK', cancelling],
];

/** What `npm run check:model` has spin go through. */
export const slots = { file: 'test/model/slots.pml', worlds, longWorlds, broken };
