import { patientLambdaClient } from '../runtime/adapters/aws/clients';
import type { CommandSender } from '../runtime/adapters/aws/lazy-client';
import { invokeFunction } from '../runtime/adapters/lambda/lambda-invoker';
import { createRandomId, SystemClock } from '../runtime/adapters/node/ambient';
import { NodePlatform, SignatureSeal } from '../runtime/adapters/node/node-platform';
import { changeRecord, type Found, findRecord } from '../runtime/among/change-record';
import { isSleeper, postSignal } from '../runtime/among/inbox';
import { readAskedSignal } from '../runtime/among/read-signal';
import { isUsableId, wrap } from '../runtime/core/message/arrival';
import { describeExecution, type ExecutionDescription } from '../runtime/core/record/execution-description';
import type { ExecutionRecord } from '../runtime/core/record/execution-record';
import { describeMarkId, readStopMark, type StopMark } from '../runtime/core/record/stop-mark';
import { copyInput } from '../runtime/core/state/copy-json';
import { type Seal, sealByChecksum } from '../runtime/core/state/seal';
import type { CheckpointStore, Clock, ListQuery } from '../runtime/ports';
import type {
  BatonClientOptions,
  CancelAnswer,
  ExecutionResult,
  ExecutionSummary,
  RedriveAnswer,
  RedriveOptions,
  ResumeAnswer,
  SignalRequest,
  SignalResult,
  StartAnswer,
  StartRequest,
  StopAnswer,
  StopRequest,
  SweepAnswer,
  SweepRequest,
} from './answers';
import { checkStop, decideRedrive, noFunctionError, unknownExecutionError, unusableError } from './refusals';
import { startExecution } from './start-execution';
import { changeStopMark, markStopped, stopExecutions } from './stop-executions';
import { loadCompanions, readResult, summariseExecution } from './summarise-execution';
import { listLive, sweepExecutions } from './sweep-executions';

/**
 * Starts executions and looks after them, from anywhere: a script, another function, the command line.
 *
 * @example
 * const baton = new BatonClient({ functionName: 'reconcile', store: new FileCheckpointStore({ directory: '/mnt/executions' }) });
 * await baton.start({ executionId: 'payments-2026-11-23', input: { since: '2026-11-01' } });
 */
export class BatonClient {
  readonly #store: CheckpointStore;
  readonly #functionName: string | undefined;
  readonly #client: CommandSender;
  readonly #clock: Clock;
  readonly #seal: Seal;
  readonly #platform = new NodePlatform();
  readonly #checksum = this.#platform.checksum;

  constructor({
    store,
    functionName,
    client = patientLambdaClient(),
    signingKey,
    clock = new SystemClock(),
  }: BatonClientOptions) {
    this.#store = store;
    this.#functionName = functionName;
    this.#client = client;
    this.#clock = clock;
    const [key = ''] = (signingKey ?? '').split(',');
    this.#seal = key.trim() === '' ? sealByChecksum(this.#checksum) : new SignatureSeal([key.trim()]);
  }

  /**
   * Starts an execution, once for each id: first its record, then the event that brings it. The same id and input again answer with the
   * execution that is there, running or finished; one that has not begun is sent again. So a start whose answer was lost may be repeated,
   * and one whose event got lost is found by a sweep. With `job` a stopped one is refused here, else by the function.
   *
   * @throws ExecutionConflictError when the id was used for another input or job.
   * @throws InvalidInputError when the id or the input cannot be one.
   * @throws InvokeFailedError when the function could not be invoked.
   * @throws JobStoppedError when `job` is stopped and has no execution of this id.
   */
  async start({ executionId = createRandomId(), input = {}, job }: StartRequest = {}): Promise<StartAnswer> {
    if (!isUsableId(executionId)) throw unusableError();
    const sent = copyInput(input);
    const send = (known: string | undefined) =>
      this.#invoke(executionId, JSON.stringify(wrap({ start: { executionId, input: sent, job: known } })));
    const functionName = this.#functionName;
    const tools = { ...this.#tools(), functionName, send, readStop: (name: string) => this.readStop(name) };
    const found = await startExecution(tools, {
      executionId,
      input: sent,
      ...(job !== undefined && { job }),
    });
    return { executionId, isNew: found === undefined, execution: found && this.#describe(found) };
  }

  /**
   * Says how an execution stands, with its history and its last progress; undefined when the store has none under this id.
   * A history or a heartbeat that cannot be read is left out.
   */
  async status(executionId: string): Promise<ExecutionDescription | undefined> {
    const [found, companions] = await Promise.all([
      this.#find(executionId),
      loadCompanions(this.#store, new NodePlatform(), executionId),
    ]);
    return (
      found && describeExecution(found.stored, found.record, this.#clock.now(), companions(found.record))
    );
  }

  /**
   * The result of an execution that has completed, or how it stands when it has not.
   *
   * @throws ExecutionFailedError when it has failed, with the recorded error as its cause.
   * @throws UnknownExecutionError when the store has none under this id.
   */
  async result(executionId: string): Promise<ExecutionResult> {
    const found = await this.#find(executionId);
    if (found === undefined) throw unknownExecutionError(executionId);
    return readResult(found.record, this.#describe(found));
  }

  /**
   * Asks for an execution to end: at its next safe point, or when its next invocation begins. `@OnCancel` is called, `@OnFailure` is not.
   * One that is stuck ends when it is redriven.
   *
   * @throws UnknownExecutionError when the store has none under this id.
   * @throws CheckpointFailedError when the execution wrote its record faster than this machine could.
   */
  async cancel(executionId: string): Promise<CancelAnswer> {
    let asked: ExecutionRecord | undefined;
    const answer = await this.#change<CancelAnswer>(executionId, (found) => {
      const { stored, record } = found;
      if (record.outcome !== null)
        return { answer: { kind: 'already-ended', execution: this.#describe(found) } };
      asked = { ...record, isCancelRequested: true };
      const execution = this.#describe({ stored, record: asked });
      const next = { record: asked, status: stored.status, expiresAtMs: stored.expiresAtMs };
      return { answer: { kind: 'requested', execution }, ...(record.isCancelRequested ? {} : { next }) };
    });
    if (answer.kind === 'requested' && asked !== undefined) await this.#wakeFromSleep(asked);
    return answer;
  }

  /**
   * Sends a signal to an execution: `waitForSignal` and `@OnSignal` of its job take it. A signal counts once for each `signalId`, so one
   * whose answer was lost may be sent again with the same. With a `token` of `ctx.signalToken` that says everything but the payload.
   *
   * @throws UnknownExecutionError when the store has none under this id (yet).
   * @throws InvalidInputError when the name, the token or the payload cannot be one; the payload is plain JSON of at most 256 KB.
   * @throws SignalRefusedError when 1,000 signals wait for the execution already.
   * @throws InvokeFailedError when it sleeps and could not be woken: send the signal again.
   */
  async signal(request: SignalRequest): Promise<SignalResult> {
    const signal = readAskedSignal(request, {
      seal: this.#seal,
      countBytes: (text) => this.#platform.countBytes(text),
      fallbackId: createRandomId(),
      writer: createRandomId(),
    });
    const tools = { ...this.#tools(), digest: (text: string) => this.#platform.digest(text) };
    const { kind, sleeper } = await postSignal(tools, signal);
    if (sleeper !== undefined) await this.#wake(sleeper);
    return { kind, signalId: signal.signalId };
  }

  /**
   * Lets a failed or stuck execution go on from its last checkpoint, with its attempts and interruptions forgiven. `maxDurationMs` counts
   * again; invocations count on, so after a `maxInvocations` fuse raise the limit first. When it throws, call it again. One that failed of
   * its code goes on with newer code when `continueOn` says `latest`: else it stays on the version that it is pinned to.
   *
   * @throws RedriveRefusedError when the execution is running, on its way to its next invocation, completed or cancelled.
   * @throws JobStoppedError when its job is stopped.
   * @throws UnknownExecutionError when the store has none under this id.
   * @throws InvokeFailedError when the function could not be invoked.
   */
  async redrive(executionId: string, { continueOn }: RedriveOptions = {}): Promise<RedriveAnswer> {
    if (this.#functionName === undefined) throw noFunctionError(executionId);
    const tools = { nowMs: this.#clock.now(), readStop: (job: string) => this.readStop(job) };
    const redriven = await this.#change<ExecutionRecord>(executionId, (found) =>
      decideRedrive(tools, found, continueOn === 'latest'),
    );
    await this.#carryOn(redriven);
    return { executionId, invocation: redriven.continuation.invocation };
  }

  /**
   * Finds executions that will not be retried (their owner died, and no delivery has a try left, or their start or continuation was
   * lost) and sends them on, each once, however many sweeps run at a time. The fuses count on: a death counts as an interruption.
   *
   * @throws InvokeFailedError when this client knows no function.
   */
  async sweep(request: SweepRequest = {}): Promise<SweepAnswer> {
    const functionName = this.#functionName;
    if (functionName === undefined) throw noFunctionError('');
    const send = (record: ExecutionRecord) => this.#carryOn(record);
    return sweepExecutions({ ...this.#tools(), functionName, send }, request);
  }

  /**
   * Stops a job: first a mark in the store, then a request to each live execution to end at its next safe point. While the mark stands
   * whatever is delivered of an execution ends it before any step, and new executions are refused with a `JobStoppedError`, for their
   * events to go to their retries and dead letters. Stopping again is harmless. {@link resume} takes the mark away.
   *
   * @throws InvalidInputError when the name or the reason cannot be one.
   * @throws CheckpointFailedError when the mark could not be written.
   */
  async stop(job: string, { reason }: StopRequest = {}): Promise<StopAnswer> {
    checkStop(job, reason);
    const mark = await markStopped(this.#tools(), job, reason);
    const live = listLive(this.#store, this.#checksum, job);
    return { ...mark, ...(await stopExecutions(live, (executionId) => this.cancel(executionId))) };
  }

  /**
   * Lets a stopped job start executions again. Those that were asked to end end all the same.
   *
   * @throws InvalidInputError when the name cannot be one.
   * @throws CheckpointFailedError when the mark could not be taken away.
   */
  async resume(job: string): Promise<ResumeAnswer> {
    checkStop(job);
    const { wasStopped } = await changeStopMark(this.#tools(), job, () => undefined);
    return { job, wasStopped };
  }

  /**
   * Says since when, and why, a job is stopped; undefined when it is not.
   *
   * @throws CorruptContinuationError when the mark is damaged: nothing of the job runs then.
   * @throws InvalidInputError when the name cannot be one.
   */
  async readStop(job: string): Promise<StopMark | undefined> {
    checkStop(job);
    return readStopMark(job, await this.#store.load(describeMarkId(job)), this.#checksum);
  }

  /** Lists executions, the newest start first as far as the store can tell. */
  async list(query: ListQuery = {}): Promise<readonly ExecutionSummary[]> {
    const nowMs = this.#clock.now();
    const stored = await this.#store.list(query);
    const executions = stored.filter(({ executionId }) => isUsableId(executionId));
    return executions.map((execution) => summariseExecution(execution, this.#checksum, nowMs));
  }

  /** One that waits for somebody would sleep on, and end only when it may last no longer. */
  async #wakeFromSleep(record: ExecutionRecord): Promise<void> {
    if (record.continuation.among?.sleep && isSleeper(record, this.#clock.now())) await this.#wake(record);
  }

  /** Sends a look to where the execution runs. */
  #wake({
    continuation,
    functionArn = this.#functionName,
  }: Pick<ExecutionRecord, 'continuation' | 'functionArn'>): Promise<void> {
    const { executionId } = continuation;
    return this.#invoke(executionId, JSON.stringify(wrap({ look: { executionId } })), functionArn);
  }

  #tools() {
    const clock = this.#clock;
    return { store: this.#store, checksum: this.#checksum, clock, nowMs: clock.now() };
  }

  async #find(executionId: string): Promise<Found | undefined> {
    return isUsableId(executionId) ? findRecord(this.#store, this.#checksum, executionId) : undefined;
  }

  async #change<Answer>(
    executionId: string,
    decide: Parameters<typeof changeRecord<Answer>>[3],
  ): Promise<Answer> {
    const answer = isUsableId(executionId)
      ? await changeRecord(this.#store, this.#checksum, executionId, decide)
      : undefined;
    if (answer === undefined) throw unknownExecutionError(executionId);
    return answer;
  }

  #describe({ stored, record }: Found): ExecutionDescription {
    return describeExecution(stored, record, this.#clock.now());
  }

  /** Sends a look to the function of this client, whatever the record says. */
  #carryOn({ continuation }: ExecutionRecord): Promise<void> {
    return this.#wake({ continuation, functionArn: this.#functionName });
  }

  async #invoke(executionId: string, body: string, functionName = this.#functionName): Promise<void> {
    if (functionName === undefined) throw noFunctionError(executionId);
    await invokeFunction(this.#client, { functionName, executionId, body });
  }
}
