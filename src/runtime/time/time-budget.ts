import { InvalidInputError } from '../../errors';
import type { Clock, Context } from '../ports';

/** What all clocks say at one moment. */
export interface TimeLook {
  /** In epoch milliseconds. */
  readonly nowMs: number;
  /** Of the clock that nobody sets, in milliseconds. */
  readonly elapsedMs: number;
  /** Until Lambda kills this invocation, in milliseconds. */
  readonly remainingMs: number;
}

/** How much of an invocation is left, and which of its edges have been passed. */
export class TimeBudget {
  /** When Lambda kills this invocation, in epoch milliseconds of our clock. */
  readonly deadlineMs: number;
  readonly #context: Context;
  readonly #clock: Required<Clock>;
  readonly #elapsedDeadlineMs: number;

  /** @throws InvalidInputError when the context lacks what every invocation needs. */
  constructor(context: Context, clock: Required<Clock>) {
    this.#context = checkContext(context);
    this.#clock = clock;
    const remainingMs = context.getRemainingTimeInMillis();
    this.deadlineMs = clock.now() + remainingMs;
    this.#elapsedDeadlineMs = clock.elapsedMs() + remainingMs;
  }

  /**
   * Milliseconds until Lambda kills this invocation: the least of what the context, the clock and a clock that nobody sets say.
   * The context's answer follows the wall clock too.
   */
  remainingMs(): number {
    return this.look().remainingMs;
  }

  /** One look at every clock. */
  look(): TimeLook {
    const nowMs = this.#clock.now();
    const elapsedMs = this.#clock.elapsedMs();
    const byContextMs = this.#context.getRemainingTimeInMillis();
    const remainingMs = Math.min(byContextMs, this.deadlineMs - nowMs, this.#elapsedDeadlineMs - elapsedMs);
    return { nowMs, elapsedMs, remainingMs };
  }
}

/** What every invocation needs of its context, and what to pass where there is no Lambda. */
const needs = [
  {
    name: 'getRemainingTimeInMillis',
    what: 'tell the time left',
    example: 'getRemainingTimeInMillis: () => 60_000',
    isThere: ({ getRemainingTimeInMillis: read }: Context, context: Context) =>
      typeof read === 'function' && Number.isFinite(read.call(context)),
  },
  {
    name: 'invokedFunctionArn',
    what: 'tell which function to invoke again',
    example: "invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:job'",
    isThere: ({ invokedFunctionArn }: Context) => isText(invokedFunctionArn),
  },
  {
    name: 'awsRequestId',
    what: 'tell one delivery from another',
    example: "awsRequestId: 'request-1'",
    isThere: ({ awsRequestId }: Context) => isText(awsRequestId),
  },
];

function checkContext(context: Context): Context {
  const missing = needs.find(
    ({ isThere }) => typeof context !== 'object' || context === null || !isThere(context, context),
  );
  if (missing === undefined) return context;
  throw new InvalidInputError({
    problem: `The handler was called with a context that cannot ${missing.what} (${missing.name}).`,
    fix: `Pass the Lambda context on as the second argument; in a test, fakeLambdaContext(), or one with ${missing.example}.`,
    details: { job: '', faults: [`context.${missing.name}`] },
  });
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
