import {
  checkCodec,
  checkDurability,
  checkInitialDelay,
  checkInput,
  checkInterval,
  checkMigrations,
  checkName,
  checkReserve,
  finiteNumber,
  functionOf,
  methodName,
  oneOf,
  positiveNumber,
  timerMs,
  wholeMs,
  wholeNumber,
  wholeNumberUpTo,
  yesOrNo,
} from './checks';
import { Optional, Required } from './rule';

/** What `@LongRunning` may be given. The fields are the known names; `limits` has rules of its own. */
export class LongRunningRules {
  @Required(timerMs(1, 'the length of the safe window, for example 60_000'))
  safeMs: unknown;

  @Required(timerMs(1, 'how often the watchdog looks, for example 5_000'), checkInterval)
  intervalMs: unknown;

  @Optional(
    timerMs(1, 'the time kept for saving and handing over, for example 5_000, or leave it out'),
    checkReserve,
  )
  reserveMs: unknown;

  @Optional(checkName)
  name: unknown;

  @Optional(wholeNumber(1, '1 or the next number up, or leave it out'))
  version: unknown;

  @Optional(checkMigrations)
  migrations: unknown;

  @Optional(checkDurability)
  durability: unknown;

  @Optional(oneOf('pinned', 'latest'))
  continueOn: unknown;

  @Optional(checkInput)
  input: unknown;

  limits: unknown;

  concurrency: unknown;
}

/** What `concurrency` may hold. */
export class ConcurrencyRules {
  @Required(wholeNumberUpTo(1_000, 'the most executions at the same time, for example 1'))
  limit: unknown;

  @Optional(functionOf('(input) => input.tenant'))
  key: unknown;

  @Optional(oneOf('queue', 'skip', 'cancel-running'))
  whenBusy: unknown;
}

/** What `limits` may hold. */
export class LimitsRules {
  @Optional(wholeNumber(1, 'the most invocations of one execution, for example 1_000, or leave it out'))
  maxInvocations: unknown;

  @Optional(wholeMs(1, 'the longest that an execution may take, for example 3_600_000, or leave it out'))
  maxDurationMs: unknown;

  @Optional(wholeNumber(1, 'the most hand-offs in a row without progress, for example 3, or leave it out'))
  maxIdleInvocations: unknown;

  @Optional(wholeNumber(1, 'the most deaths in a row in the same step, for example 2, or leave it out'))
  maxInterruptions: unknown;

  @Optional(
    wholeNumber(
      1,
      'the most hand-offs in a row with the same state at the same place, for example 50, or leave it out',
    ),
  )
  maxStalledInvocations: unknown;

  @Optional(positiveNumber('an amount in US dollars, for example 5, or leave it out'))
  maxCostUsd: unknown;

  @Optional(wholeNumber(1, 'how deep children may start children, for example 3, or leave it out'))
  maxDepth: unknown;
}

/** What `@Step` may be given. The fields are the known names; `retry` has rules of its own. */
export class StepRules {
  @Optional(yesOrNo)
  once: unknown;

  @Optional(timerMs(1, 'the longest that one attempt may take, for example 30_000, or leave it out'))
  timeoutMs: unknown;

  @Optional(timerMs(0, 'the time that the step needs, for example 10_000, or leave it out'))
  minBudgetMs: unknown;

  @Optional(methodName)
  compensate: unknown;

  retry: unknown;
}

/** What `retry` may hold. */
export class RetryRules {
  @Optional(wholeNumber(1, 'the attempts in all, the first included, for example 3, or leave it out'))
  maxAttempts: unknown;

  @Optional(
    wholeMs(0, 'the longest wait after the first failure, for example 1_000, or leave it out'),
    checkInitialDelay,
  )
  initialDelayMs: unknown;

  @Optional(finiteNumber(1, '2, or leave it out'))
  backoffFactor: unknown;

  @Optional(wholeMs(0, 'the longest wait between two attempts, for example 60_000, or leave it out'))
  maxDelayMs: unknown;
}

/** What `@State` may be given. */
export class StateRules {
  @Optional(checkCodec)
  codec: unknown;

  @Optional(yesOrNo)
  secret: unknown;
}

/** What `@OnSignal` may be given, beside the name of the signal. */
export class SignalRules {
  @Optional(checkInput)
  payload: unknown;
}

/** What `@Terminate` may be given. */
export class TerminateRules {
  @Optional(oneOf('cycle', 'step'))
  check: unknown;
}
