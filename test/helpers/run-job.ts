import {
  type BatonHandler,
  type CreateHandlerOptions,
  createHandler,
  type InvocationAnswer,
  type Provider,
} from '../../src';
import { RecordingSender, type SentRequest } from '../../src/testing';
import { RunRecorder } from '../../src/testing/run-recorder';
import type { VirtualDelivery, VirtualInvocation } from '../../src/testing/virtual-invocation';
import { VirtualLambda, type VirtualLambdaSettings } from '../../src/testing/virtual-lambda';
import { nameStart } from './call-handler';
import { type VirtualWorld, virtualWorld } from './virtual-world';

/** Options of {@link runJob}. */
export interface RunJobOptions extends RunExecutionOptions {
  /** @defaultValue a fresh one */
  readonly world?: VirtualWorld;
  /** Beside those of the world, which they win over. */
  readonly providers?: readonly Provider[];
}

/** Makes a job's handler and runs one execution of it to its end. */
export async function runJob(
  jobClass: Parameters<typeof createHandler>[0],
  { world = virtualWorld(), providers = [], ...options }: RunJobOptions = {},
): Promise<ExecutionRecord> {
  const handlerOptions: CreateHandlerOptions = { providers: [...world.providers, ...providers] };
  return runExecution(createHandler(jobClass, handlerOptions), world, options);
}

/** Which call of the handler this is. */
export interface Delivery {
  /** From 1; the same again when it is delivered again. */
  readonly invocation: number;
  /** How often the same event has been delivered, from 1. */
  readonly receiveCount: number;
}

/** Options of {@link runExecution}. */
export interface RunExecutionOptions {
  /** The start event. @defaultValue {} */
  readonly event?: unknown;
  /** The start's request, which becomes the execution's id. @defaultValue execution-1 */
  readonly awsRequestId?: string;
  /** Milliseconds that an invocation gets. @defaultValue 60000 */
  readonly remainingMs?: number | ((delivery: Delivery) => number);
  /** Whether this call's result is lost with what it sent, as if the process had died at its very end; the same event comes again. */
  readonly crash?: (delivery: Delivery) => boolean;
  /** After how many milliseconds the process dies in the middle of this call; undefined when it does not. The same event comes again. */
  readonly killAfterMs?: (delivery: Delivery) => number | undefined;
  /** Called before each call. */
  readonly onDelivery?: (delivery: Delivery, event: unknown) => void;
  /** How long after a death the same event comes again, in milliseconds. @defaultValue 60000, as on AWS */
  readonly retryDelayMs?: number;
  /** When to give up. @defaultValue 500 */
  readonly maxDeliveries?: number;
}

/** How an execution went, from its start to its end. */
export interface ExecutionRecord {
  /** In order; a call that was killed or threw has none. */
  readonly answers: readonly InvocationAnswer[];
  /** The last answer; undefined when the last call threw. */
  readonly answer: InvocationAnswer | undefined;
  /** What the last call threw. */
  readonly error: unknown;
  /** Every continuation that counted. */
  readonly sent: readonly SentRequest[];
  readonly deliveryCount: number;
}

/** Calls the handler on the test kit's virtual Lambda, delivers the continuation that it sent, and so on until none is sent any more. */
export async function runExecution(
  handler: BatonHandler,
  world: VirtualWorld,
  options: RunExecutionOptions = {},
): Promise<ExecutionRecord> {
  const {
    remainingMs = 60_000,
    maxDeliveries = 500,
    awsRequestId = 'execution-1',
    retryDelayMs = 60_000,
  } = options;
  const sent: SentRequest[] = [];
  const name = ({ receiveCount }: VirtualDelivery): Delivery => ({
    invocation: sent.length + 1,
    receiveCount,
  });
  const accept = (body: string, delaySeconds = 0) => {
    const id = sent.length === 0 ? awsRequestId : `${awsRequestId}-${sent.length + 1}`;
    const delivery = { id, channel: 'event', body, receiveCount: 1, chainLength: 0, isCopy: false } as const;
    lambda.accept(delivery, delaySeconds * 1_000);
  };

  /** What a call has sent counts when it has answered: one that dies at its very end has sent nothing. */
  const call =
    (invocation: VirtualInvocation): BatonHandler =>
    async (event, context) => {
      const delivery = name(invocation.delivery);
      options.onDelivery?.(delivery, event);
      const recorders = world.senders.filter((sender) => sender instanceof RecordingSender);
      const counts = recorders.map((recorder) => recorder.sent.length);
      const answer = await handler(event, context);
      const next = recorders.flatMap((recorder, index) => recorder.sent.slice(counts[index])).at(-1);
      if (options.crash?.(delivery) === true) lambda.crash(invocation);
      if (invocation.isOver || next === undefined) return answer;
      sent.push(next);
      accept(next.body, next.delaySeconds);
      return answer;
    };

  const recorder = new RunRecorder(world.clock, {});
  const settings: VirtualLambdaSettings = {
    timeoutMs: (delivery) => (typeof remainingMs === 'number' ? remainingMs : remainingMs(name(delivery))),
    safeMs: 0,
    recursion: 'allow',
    readRetryDelayMs: ({ outcome }) => (outcome?.end === 'crashed' ? retryDelayMs : undefined),
    readDeathMs: (delivery) => options.killAfterMs?.(name(delivery)),
    maxReceiveCount: 1,
    retryFailed: false,
    maxDeliveries,
    isCopying: false,
  };
  const lambda = new VirtualLambda(world.timer, recorder, settings, async (invocation) => call(invocation));
  accept(JSON.stringify(nameStart(options.event ?? {}, awsRequestId)));
  if (!(await lambda.drain()))
    throw new Error(`The execution has not ended after ${maxDeliveries} deliveries.`);
  const outcomes = recorder.invocations.map(({ outcome }) => outcome);
  if (outcomes.at(-1)?.end === 'timed-out') throw new Error('The last call has not answered in its time.');
  const answers = outcomes.flatMap((outcome) => outcome?.answer ?? []) as InvocationAnswer[];
  const { answer, error } = outcomes.at(-1) ?? {};
  return {
    answers,
    answer: answer as InvocationAnswer | undefined,
    error,
    sent,
    deliveryCount: outcomes.length,
  };
}
