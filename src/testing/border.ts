import { NodePlatform } from '../runtime/adapters/node/node-platform';
import { isUsableId } from '../runtime/core/message/arrival';
import { parseRecord } from '../runtime/core/record/execution-record';
import type {
  CheckpointStore,
  ContinuationSender,
  ListedExecutions,
  ListQuery,
  SaveHint,
  StoredExecution,
  StoredRevision,
} from '../runtime/ports';
import type { Boundary, BoundaryKind, FaultKind, Schedule } from './boundaries';
import { never, readFrame } from './life';
import { RecordingSender, type SentRequest } from './recording-sender';
import type { RunRecorder } from './run-recorder';
import { VirtualInvocation } from './virtual-invocation';
import type { VirtualLambda } from './virtual-lambda';
import type { ManualTimer } from './virtual-time';

/** How long a delayed call takes, in virtual milliseconds. */
const delayMs = 1_000;

/** The border between an invocation and the outside: everything that crosses it is counted, can go wrong on request, and is stopped when the invocation is dead. */
export class Border {
  readonly boundaries: Boundary[] = [];
  readonly #schedule: Schedule;
  readonly #lambda: VirtualLambda;
  readonly #timer: ManualTimer;

  constructor(schedule: Schedule, lambda: VirtualLambda, timer: ManualTimer) {
    this.#schedule = schedule;
    this.#lambda = lambda;
    this.#timer = timer;
  }

  /** The invocation that the running code belongs to; undefined in a test's own code. */
  get invocation(): VirtualInvocation | undefined {
    const life = readFrame()?.life;
    return life instanceof VirtualInvocation ? life : undefined;
  }

  /** Passes a point at which nothing is called. A promise that never settles when the process ends there. */
  pass(kind: BoundaryKind, label: string): Promise<never> | undefined {
    const { invocation } = this;
    if (invocation === undefined) return undefined;
    if (invocation.isOver) return never();
    const fault = this.#meet(kind, label);
    if (fault === 'duplicate') this.#lambda.copy(invocation.delivery);
    if (fault === 'crash') this.#lambda.crash(invocation);
    if (fault === 'timeout') this.#lambda.freeze(invocation);
    return invocation.isOver ? never() : undefined;
  }

  /** Makes a call to the outside. `copy` delivers once more what the call has sent. */
  async cross<Value>(
    kind: BoundaryKind,
    label: string,
    act: () => Promise<Value>,
    copy?: (value: Value) => void,
  ): Promise<Value> {
    const { invocation } = this;
    if (invocation === undefined) return act();
    if (invocation.isOver) return never();
    const fault = this.#meet(kind, label);
    if (fault === 'crash') this.#lambda.crash(invocation);
    if (fault === 'duplicate' && copy === undefined) this.#lambda.copy(invocation.delivery);
    if (fault === 'delay' || (fault === 'duplicate' && copy === undefined)) await this.#timer.sleep(delayMs);
    if (fault === 'timeout' || invocation.isOver) return never();
    const value = await act();
    if (fault === 'duplicate') copy?.(value);
    if (fault === 'crash-after') this.#lambda.crash(invocation);
    if (invocation.isOver) return never();
    if (fault === 'lost-reply')
      throw Object.assign(new Error(`The reply to ${kind} ${label} was lost.`), { code: 'ECONNRESET' });
    return value;
  }

  #meet(kind: BoundaryKind, label: string): FaultKind | undefined {
    const number = this.boundaries.length + 1;
    this.boundaries.push({ number, kind, label });
    return this.#schedule.get(number);
  }
}

/** A channel behind the border: what it accepts is delivered. */
export function guardSender(
  sender: ContinuationSender,
  border: Border,
  recorder: RunRecorder,
  lambda: VirtualLambda,
): ContinuationSender {
  const { channel, maxDelaySeconds } = sender;
  const take = (request: SentRequest) => takeOn(request, channel, border, recorder, lambda);
  const send = async (request: SentRequest): Promise<() => void> => {
    let copy = () => {};
    if (!(sender instanceof RecordingSender)) {
      await sender.send(request);
      return take(request);
    }
    sender.onSent = (accepted) => {
      copy = take(accepted);
    };
    await sender.send(request);
    return copy;
  };
  return {
    channel,
    get maxBytes() {
      return sender.maxBytes;
    },
    ...(maxDelaySeconds === undefined ? {} : { maxDelaySeconds }),
    prepare: async (context, signal) => sender.prepare?.(context, signal),
    readRecursion: async (context, signal) => sender.readRecursion?.(context, signal) ?? lambda.recursion,
    send: async (request) => {
      await border.cross(
        'send',
        channel,
        () => send(request),
        (copy) => copy(),
      );
    },
  };
}

/** Lets a continuation be delivered. Answers what delivers it once more. */
function takeOn(
  request: SentRequest,
  channel: string,
  border: Border,
  recorder: RunRecorder,
  lambda: VirtualLambda,
): () => void {
  const { body, delaySeconds = 0, invocation } = request;
  const sentBy = border.invocation;
  recorder.continuations.push({
    channel,
    bytes: Buffer.byteLength(body),
    delaySeconds,
    invocation,
    call: sentBy?.call ?? 0,
    body,
  });
  const { chainLength = 0, isCopy = false } = sentBy?.delivery ?? {};
  const id = lambda.nextId(channel === 'sqs' ? 'message' : 'request');
  const delivery = { id, channel, body, receiveCount: 1, chainLength: chainLength + 1, isCopy };
  const delayMs = delaySeconds * 1_000;
  lambda.accept(delivery, delayMs);
  return () => lambda.copy(delivery, delayMs);
}

const platform = new NodePlatform();

/** A store behind the border. */
export class GuardedStore implements CheckpointStore {
  readonly #store: CheckpointStore;
  readonly #border: Border;
  readonly #recorder: RunRecorder;
  readonly #now: () => number;

  constructor(store: CheckpointStore, border: Border, recorder: RunRecorder, now: () => number) {
    this.#store = store;
    this.#border = border;
    this.#recorder = recorder;
    this.#now = now;
  }

  load(executionId: string): Promise<StoredRevision | undefined> {
    return this.#border.cross('load', executionId, () => this.#store.load(executionId));
  }

  save(
    execution: StoredExecution,
    expected: string | undefined,
    hint?: SaveHint,
  ): Promise<string | undefined> {
    return this.#border.cross('save', execution.status, async () => {
      const revision = await this.#store.save(execution, expected, hint);
      this.#note(execution, revision !== undefined);
      return revision;
    });
  }

  list(query: ListQuery): Promise<ListedExecutions> {
    return this.#store.list(query);
  }

  /** Notes a checkpoint; a stop mark is none. */
  #note({ executionId, head, state, status }: StoredExecution, isAccepted: boolean): void {
    if (!isUsableId(executionId)) return;
    const { continuation } = parseRecord(head, (text) => platform.checksum(text));
    const { invocation, cycle, step } = continuation;
    const bytes = platform.countBytes(state);
    const call = this.#border.invocation?.call ?? 0;
    this.#recorder.checkpoints.push({
      atMs: this.#now(),
      call,
      status,
      invocation,
      cycle,
      step,
      bytes,
      isAccepted,
    });
  }
}
