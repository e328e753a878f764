import type { JobPlan } from '../core/execution/job-plan';
import type { Arrival } from '../core/message/arrival';
import type { InvocationAnswer, SignalAnswer } from '../invocation/answer';
import type { InputValidator } from '../invocation/opened-execution';
import type { Emitter } from '../observe/emitter';
import type { Context } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import type { TimeBudget } from '../time/time-budget';

/** One delivery: an event, or one record of a batch. */
export interface Delivery {
  readonly plan: JobPlan;
  readonly arrival: Arrival;
  /** What Lambda's own retry keeps: `awsRequestId`, or the SQS `messageId`. */
  readonly delivery: string;
  /** Whether it is a queue's: what is not acknowledged comes again. */
  readonly isQueued: boolean;
  readonly context: Context;
  readonly budget: TimeBudget;
  readonly collaborators: Collaborators;
  readonly emitter: Emitter;
  /** Whether it is the first in its execution environment. */
  readonly isCold: boolean;
  readonly validate: InputValidator;
  /** Makes a fresh job instance with its dependencies. */
  readonly construct: () => object;
  /** Every job of the handler. */
  readonly hosted: readonly JobPlan[];
}

/** What became of a delivery. */
export interface DeliveryResult {
  readonly answer: InvocationAnswer | SignalAnswer;
  /** Whether its queue has to deliver it again, although nothing has failed: somebody else is at work, who may die yet. */
  readonly isHandedBack: boolean;
}
