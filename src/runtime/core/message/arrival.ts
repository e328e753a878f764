/** What a delivery asks for: a new execution, the next invocation of one, or that somebody looks after one. */
export type Arrival = ContinuationArrival | LookArrival | SignalArrival | StartArrival;

/** A delivery that starts an execution. */
export interface StartArrival {
  readonly kind: 'start';
  readonly executionId: string;
  /** Plain JSON data, nobody else's. */
  readonly input: unknown;
  /** The job that is to be started, when the envelope names one. */
  readonly job?: string;
  /** How many invocations of its sender's chain lie behind it. @defaultValue 0 */
  readonly chainLength?: number;
}

/** A delivery that brings nothing but the wish that somebody goes on with an execution, if nobody does. */
export interface LookArrival {
  readonly kind: 'look';
  readonly executionId: string;
  /** How many invocations of its sender's chain lie behind it. */
  readonly chainLength: number;
  /** The delivery that could not go on itself, because the execution belongs to this version: its rights are this one's. */
  readonly delivery?: string | undefined;
  /** Until when, in epoch milliseconds, the owner may be alive that its sender saw: sooner there is nothing to see. */
  readonly notBeforeMs?: number | undefined;
}

/** A delivery that brings a signal for an execution; it runs nothing itself. */
export interface SignalArrival {
  readonly kind: 'signal';
  /** What it is for: named, or by a token of `ctx.signalToken`. Not checked yet. */
  readonly executionId: unknown;
  readonly name: unknown;
  readonly token: unknown;
  readonly payload: unknown;
  /** @defaultValue the delivery's */
  readonly signalId: unknown;
}

/** A delivery that carries an execution on; its content is not read yet. */
export interface ContinuationArrival {
  readonly kind: 'continuation';
  readonly envelope: Readonly<Record<string, unknown>>;
}

/** One record of an SQS batch. A record that cannot be read carries the error instead of an arrival. */
export interface BatchRecord {
  readonly messageId: string;
  /** Of a FIFO queue's record: later records of the same group must wait for it. */
  readonly groupId: string | undefined;
  readonly arrival: Arrival | undefined;
  readonly error: unknown;
}

/** What an event turned out to be. */
export type Recognition =
  | { readonly kind: 'single'; readonly arrival: Arrival }
  | { readonly kind: 'batch'; readonly records: readonly BatchRecord[] };

/** What travels in an envelope of ours and is no continuation. */
type Content =
  | { readonly look: object }
  | {
      readonly start: {
        readonly executionId: string;
        readonly input: unknown;
        readonly job?: string | undefined;
      };
    };

/** The envelope by which a function knows what was sent to it by us. */
export function wrap(content: Content): { readonly lambdaBaton: { readonly v: 1 } & Content } {
  return { lambdaBaton: { v: 1, ...content } };
}

const loneSurrogate = /\p{Surrogate}/u;
/** The longest execution id, in characters: it has to fit every store's keys. */
const maxIdLength = 256;

/** What the runtime itself keeps in a store is kept under ids that begin with this. No job's name has a colon. */
export const reservedPrefix = 'lambda-baton:';

/** What an execution's id is, for messages. */
export const usableId = `a string of 1 to ${maxIdLength} characters that does not begin with ${reservedPrefix}`;

/** Says whether a value can be the id of an execution. */
export function isUsableId(id: unknown): id is string {
  return (
    typeof id === 'string' &&
    id !== '' &&
    id.length <= maxIdLength &&
    !id.startsWith(reservedPrefix) &&
    !loneSurrogate.test(id)
  );
}

/**
 * The id of an execution that AWS named: AWS's id, and the job that it belongs to. One event may reach several jobs that share a store.
 * No job's name has an `@`.
 */
export function deriveId(awsId: string, job: string): string {
  return `${awsId}@${job}`;
}
