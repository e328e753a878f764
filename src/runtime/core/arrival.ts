/** What a delivery asks for: a new execution, or the next invocation of one. */
export type Arrival = ContinuationArrival | StartArrival;

/** A delivery that starts an execution. */
export interface StartArrival {
  readonly kind: 'start';
  readonly executionId: string;
  /** Plain JSON data, nobody else's. */
  readonly input: unknown;
  /** The job that is to be started, when the envelope names one. */
  readonly job?: string;
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
