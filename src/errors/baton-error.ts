const brand = Symbol.for('lambda-baton.error');

/** The codes of every error that lambda-baton throws. Append only: a code that was released keeps its meaning. */
export type BatonErrorCode =
  | 'CHECKPOINT_FAILED'
  | 'CHECKPOINT_STORE'
  | 'CHILDREN_FAILED'
  | 'CORRUPT_CONTINUATION'
  | 'EXECUTION_CONFLICT'
  | 'EXECUTION_FAILED'
  | 'FUSE_BLOWN'
  | 'HAND_OFF_FAILED'
  | 'INCOMPATIBLE_STATE'
  | 'INVALID_DEPLOYMENT'
  | 'INVALID_DIRECTIVE'
  | 'INVALID_INPUT'
  | 'INVALID_JOB'
  | 'INVALID_KEY'
  | 'INVOKE_FAILED'
  | 'JOB_STOPPED'
  | 'LOCAL_LAMBDA'
  | 'MISSING_PACKAGE'
  | 'REDRIVE_REFUSED'
  | 'RETRYABLE'
  | 'SIGNAL_REFUSED'
  | 'SLOT_REFUSED'
  | 'STATE_TOO_LARGE'
  | 'STEP_INTERRUPTED'
  | 'STEP_TIMEOUT'
  | 'SWEEP_INCOMPLETE'
  | 'TERMINAL'
  | 'TEST_KIT'
  | 'UNKNOWN_EXECUTION'
  | 'UNSERIALIZABLE_STATE';

/** What a {@link BatonError} is made of. */
export interface BatonErrorParts<Details extends object = object> {
  /** Where and what, in one sentence. */
  readonly problem: string;
  /** One thing to do. Printed after `→` on a line of its own; left out for errors that users throw. */
  readonly fix?: string;
  /** Facts for programs: names, numbers, limits. Never state, input or credentials. */
  readonly details?: Details;
  /** What was caught, when something was. */
  readonly cause?: unknown;
}

/**
 * The base of every error that lambda-baton throws.
 *
 * Its message says where and what, then, after a line break and `→`, one thing to do.
 */
export abstract class BatonError<Details extends object = object> extends Error {
  /** Stable identity of the kind of error; see docs/errors.md. */
  abstract readonly code: BatonErrorCode;
  /** Whether trying the same again may help. The runtime never retries a step whose error says `false`. */
  readonly retryable: boolean = false;
  /** Facts for programs: names, numbers, limits. Never state, input or credentials. */
  readonly details: Readonly<Details>;

  constructor({ problem, fix, details, cause }: BatonErrorParts<Details>) {
    super(fix === undefined ? problem : `${problem}\n→ ${fix}`, cause === undefined ? undefined : { cause });
    this.details = Object.freeze({ ...details }) as Readonly<Details>;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Says whether a caught value is a lambda-baton error, also one of another copy of this package. */
  static is(error: unknown): error is BatonError {
    try {
      return typeof error === 'object' && error !== null && (error as { [brand]?: unknown })[brand] === true;
    } catch {
      // A revoked or hostile Proxy can be thrown too; it is nobody's error.
      return false;
    }
  }
}
