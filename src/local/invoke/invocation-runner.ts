import type { EnvironmentPool } from '../environment/environment-pool';
import type { ExecutionEnvironment } from '../environment/execution-environment';
import type { Outcome } from '../environment/work';
import { type Emit, type InvocationStart, reportLater } from '../events';
import { draw } from '../faults';
import type { InvocationFault, InvocationHook } from '../options';
import { type Concurrency, extendTrace, readChainLength } from './limits';
import type { Delivery } from './queued-event';

/** What the runner is made of. */
interface RunnerParts {
  readonly pool: EnvironmentPool;
  readonly concurrency: Concurrency;
  readonly emit: Emit;
  readonly seed: number;
  /** Probability of a crash, 0 to 1. */
  readonly crash: number;
  readonly onInvocation: InvocationHook | undefined;
}

/** Takes one event through one invocation. */
export class InvocationRunner {
  readonly #parts: RunnerParts;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /**
   * Runs an event in an environment, to whatever end. Synchronous up to the place it takes, so that two callers cannot both see the last one free.
   * @throws ApiError TooManyRequestsException when there is no place
   */
  run(delivery: Delivery): Promise<Outcome> {
    const { fn } = delivery.target;
    const release = this.#parts.concurrency.take(fn);
    fn.metrics.Invocations++;
    return this.#runWithPlace(delivery, fn.metrics.Invocations).finally(release);
  }

  async #runWithPlace(delivery: Delivery, count: number): Promise<Outcome> {
    const { target, requestId, payload, traceHeader, clientContext } = delivery;
    const { fn, version, invokedFunctionArn } = target;
    const { environment, cold } = await this.#parts.pool.acquire(version);
    const traceId = extendTrace(traceHeader, fn.arn);
    const work = {
      requestId,
      payload,
      invokedFunctionArn,
      traceId,
      ...(clientContext === undefined ? {} : { clientContext }),
    };
    let start = describeStart(delivery, environment, cold, Date.now() + version.timeoutMs);
    let crashTimer: NodeJS.Timeout | undefined;
    let isDelivered = false;
    const outcome = await environment.run(work, (deadline) => {
      isDelivered = true;
      start = { ...start, startedAt: deadline - version.timeoutMs, deadline };
      this.#parts.emit('invocation-start', start);
      crashTimer = this.#scheduleCrash(start, environment, count);
    });
    clearTimeout(crashTimer);
    if (!isDelivered) this.#parts.emit('invocation-start', start);
    this.#conclude(start, outcome, version.memoryMb);
    if (outcome.reason !== 'ok') fn.metrics.Errors++;
    return outcome;
  }

  #scheduleCrash(
    start: InvocationStart,
    environment: ExecutionEnvironment,
    count: number,
  ): NodeJS.Timeout | undefined {
    const { functionName, requestId, deadline, startedAt } = start;
    const { onInvocation, seed, crash, emit } = this.#parts;
    const fault =
      askHook(onInvocation, start) ?? chooseCrash(seed, crash, functionName, count, deadline - startedAt);
    if (fault === undefined) return undefined;
    return setTimeout(() => {
      emit('fault', { kind: 'crash', target: functionName, requestId });
      environment.kill('crash-fault');
    }, fault.afterMs ?? 0);
  }

  #conclude(start: InvocationStart, outcome: Outcome, memoryMb: number): void {
    const { reason, response, durationMs, initMs, maxMemoryMb, error } = outcome;
    this.#parts.emit('invocation-end', {
      ...start,
      reason,
      response,
      durationMs,
      billedMs: Math.ceil(durationMs + (initMs ?? 0)),
      memoryMb,
      maxMemoryMb,
      ...(initMs === undefined ? {} : { initMs }),
      ...(error === undefined
        ? {}
        : { error: { errorType: error.errorType, errorMessage: error.errorMessage } }),
    });
  }
}

function askHook(hook: InvocationHook | undefined, start: InvocationStart): InvocationFault | undefined {
  try {
    return hook?.(start);
  } catch (error) {
    reportLater(error);
    return undefined;
  }
}

function describeStart(
  delivery: Delivery,
  environment: ExecutionEnvironment,
  cold: boolean,
  deadline: number,
): InvocationStart {
  const { target, requestId, payload, attempt, channel, invocationType, traceHeader } = delivery;
  return {
    functionName: target.fn.name,
    version: target.version.version,
    invokedFunctionArn: target.invokedFunctionArn,
    requestId,
    attempt,
    channel,
    invocationType,
    bytes: Buffer.byteLength(payload),
    payload,
    chainLength: readChainLength(traceHeader, target.fn.arn) + 1,
    environmentId: environment.settings.id,
    cold,
    startedAt: Date.now(),
    deadline,
  };
}

/** Whether the `count`-th invocation of a function crashes, and when: log-uniform between 1 ms and its time-out. */
function chooseCrash(
  seed: number,
  probability: number,
  functionName: string,
  count: number,
  timeoutMs: number,
): InvocationFault | undefined {
  if (draw(seed, 'crash', functionName, count) >= probability) return undefined;
  return { kind: 'crash', afterMs: timeoutMs ** draw(seed, 'crash-moment', functionName, count) };
}
