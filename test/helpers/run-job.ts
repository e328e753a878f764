import {
  type BatonHandler,
  type CreateHandlerOptions,
  createHandler,
  type InvocationAnswer,
  type Provider,
} from '../../src';
import { fakeLambdaContext, RecordingSender, type SentRequest } from '../../src/testing';
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

/** Calls the handler, delivers the continuation that it sent, and so on until none is sent any more. Virtual time passes as needed. */
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
  const answers: InvocationAnswer[] = [];
  const sent: SentRequest[] = [];
  let event = nameStart(options.event ?? {}, awsRequestId);
  let delivery: Delivery = { invocation: 1, receiveCount: 1 };
  for (let deliveryCount = 1; deliveryCount <= maxDeliveries; deliveryCount += 1) {
    options.onDelivery?.(delivery, event);
    const context = fakeLambdaContext({
      clock: world.clock,
      remainingMs: typeof remainingMs === 'number' ? remainingMs : remainingMs(delivery),
      awsRequestId: delivery.invocation === 1 ? awsRequestId : `${awsRequestId}-${delivery.invocation}`,
    });
    const call = await callOnce(handler, world, event, context, options.killAfterMs?.(delivery));
    const isLost = call.kind === 'killed' || options.crash?.(delivery) === true;
    if (isLost) {
      delivery = { ...delivery, receiveCount: delivery.receiveCount + 1 };
      await world.timer.advance(retryDelayMs);
      continue;
    }
    if (call.kind === 'threw') return { answers, answer: undefined, error: call.error, sent, deliveryCount };
    answers.push(call.answer);
    const next = call.sent.at(-1);
    if (next === undefined) return { answers, answer: call.answer, error: undefined, sent, deliveryCount };
    sent.push(next);
    await world.timer.advance((next.delaySeconds ?? 0) * 1_000);
    event = JSON.parse(next.body);
    delivery = { invocation: delivery.invocation + 1, receiveCount: 1 };
  }
  throw new Error(`The execution has not ended after ${maxDeliveries} deliveries.`);
}

type Call =
  | { readonly kind: 'answered'; readonly answer: InvocationAnswer; readonly sent: readonly SentRequest[] }
  | { readonly kind: 'killed' }
  | { readonly kind: 'threw'; readonly error: unknown };

async function callOnce(
  handler: BatonHandler,
  { clock, timer, senders }: VirtualWorld,
  event: unknown,
  context: Parameters<BatonHandler>[1],
  killAfterMs: number | undefined,
): Promise<Call> {
  const recorders = senders.filter((sender) => sender instanceof RecordingSender);
  const counts = recorders.map(({ sent }) => sent.length);
  const running = handler(structuredClone(event), context);
  try {
    const endMs = killAfterMs === undefined ? undefined : clock.now() + killAfterMs;
    const answer = (await timer.drive(running, endMs)) as InvocationAnswer | undefined;
    if (answer === undefined) {
      running.catch(() => {});
      timer.kill();
      return { kind: 'killed' };
    }
    return {
      kind: 'answered',
      answer,
      sent: recorders.flatMap(({ sent }, index) => sent.slice(counts[index])),
    };
  } catch (error) {
    return { kind: 'threw', error };
  }
}

/** A start's event in an envelope that says the execution's id; an envelope and an SQS batch stay what they are. */
export function nameStart(event: unknown, executionId: string): unknown {
  const isNamed =
    typeof event === 'object' && event !== null && ('lambdaBaton' in event || 'Records' in event);
  return isNamed ? event : { lambdaBaton: { v: 1, start: { executionId, input: event } } };
}
