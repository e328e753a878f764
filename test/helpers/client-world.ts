import {
  BatonClient,
  type BatonClientOptions,
  CHECKPOINT_STORE,
  createHandler,
  LongRunning,
  OnCancel,
  OnComplete,
  OnFailure,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../src';
import { FaultyStore, fakeLambdaContext, RecordingSender } from '../../src/testing';
import { callHandler } from './call-handler';
import { virtualWorld } from './virtual-world';

/** What was sent to the function, by a client or by the runtime. */
export interface SentEvent {
  readonly functionName: string;
  readonly event: unknown;
}

/** A Lambda client that keeps what it was asked to invoke. */
export class RecordingLambda {
  readonly sent: SentEvent[] = [];
  /** Called with the number of the call, from 1: `lost` when it is to take effect without an answer; what it throws refuses the call. */
  fault: (call: number) => 'lost' | 'none' = () => 'none';
  #callCount = 0;

  async send(command: {
    input: { FunctionName: string; InvocationType: string; Payload: string };
  }): Promise<object> {
    this.#callCount += 1;
    const fault = this.fault(this.#callCount);
    const { FunctionName: functionName, Payload } = command.input;
    this.sent.push({ functionName, event: JSON.parse(Payload) });
    if (fault === 'lost') throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
    return { StatusCode: 202 };
  }
}

/** How an event is delivered. */
interface DeliveryOptions {
  /** @defaultValue 60000 */
  readonly remainingMs?: number;
  /** The request's id. @defaultValue a fresh one */
  readonly request?: string;
  /** After how many milliseconds its process dies. @defaultValue it does not */
  readonly killAfterMs?: number;
}

/**
 * A job of five steps of 100 ms each with its store, a function that runs it, and a client that looks after it.
 * What the steps and hooks saw is in `seen`.
 */
export function clientWorld(options: Partial<BatonClientOptions> & { readonly limits?: object } = {}) {
  const { limits, ...clientOptions } = options;
  const store = new FaultyStore();
  const lambda = new RecordingLambda();
  const sender = new RecordingSender();
  const world = virtualWorld({ senders: [sender] });
  const behaviour = { onStep: async (_n: number, _ctx: StepContext) => {} };
  const seen: string[] = [];

  @LongRunning({
    name: 'counting',
    safeMs: 1_000,
    intervalMs: 100,
    ...(limits === undefined ? {} : { limits }),
  })
  class Counting {
    @State() n = 0;
    @State({ secret: true }) token = 'hush';
    @Step({ retry: { maxAttempts: 2, initialDelayMs: 10, maxDelayMs: 10 } }) async count(ctx: StepContext) {
      this.n += 1;
      seen.push(`${this.n}:${ctx.idempotencyKey}`);
      await new Promise<void>((resolve) => world.timer.once(100, resolve));
      await behaviour.onStep(this.n, ctx);
    }
    @Terminate() isDone() {
      return this.n === 5;
    }
    @OnComplete() end(ctx: StepContext) {
      return { n: this.n, input: ctx.input };
    }
    @OnFailure() failed() {
      seen.push('failed');
    }
    @OnCancel() cancelled() {
      seen.push('cancelled');
    }
  }

  const handler = createHandler(Counting, {
    providers: [...world.providers, { token: CHECKPOINT_STORE, useValue: store }],
  });
  const makeClient = (others: Partial<BatonClientOptions> = {}) =>
    new BatonClient({
      functionName: 'count',
      store,
      client: lambda,
      clock: world.clock,
      ...clientOptions,
      ...others,
    });
  let deliveryCount = 0;
  /** Delivers an event, and waits for the invocation's end. */
  const deliver = (event: unknown, { remainingMs = 60_000, request, killAfterMs }: DeliveryOptions = {}) => {
    const awsRequestId = request ?? `request-${++deliveryCount}`;
    return callHandler(handler, world, event, { remainingMs, awsRequestId, killAfterMs });
  };
  /** Delivers several at once. */
  const deliverAll = (events: readonly unknown[]) => {
    const call = (event: unknown) =>
      handler(
        structuredClone(event),
        fakeLambdaContext({ clock: world.clock, awsRequestId: `request-${++deliveryCount}` }),
      );
    return world.timer.drive(Promise.all(events.map(call)));
  };
  /** Delivers what the client has sent last. */
  const deliverSent = (delivery?: DeliveryOptions) => deliver(lambda.sent.at(-1)?.event, delivery);
  /** Delivers an event to an invocation that dies after some time. */
  const deliverAndKill = (event: unknown, killAfterMs: number) => deliver(event, { killAfterMs });
  const client = makeClient();
  return {
    store,
    lambda,
    sender,
    ...world,
    behaviour,
    seen,
    client,
    makeClient,
    deliver,
    deliverAll,
    deliverSent,
    deliverAndKill,
  };
}
