import {
  BatonClient,
  CHECKPOINT_STORE,
  createHandler,
  MemoryCheckpointStore,
  type Provider,
} from '../../src';
import { RecordingSender } from '../../src/testing';
import { callHandler } from './call-handler';
import { virtualWorld } from './virtual-world';

type Jobs = Parameters<typeof createHandler>[0];

interface Message {
  readonly functionName: string;
  readonly event: unknown;
}

/** The ARN of a function of {@link AmongWorld}. */
export function nameFunction(name: string): string {
  return `arn:aws:lambda:eu-central-1:123456789012:function:${name}:live`;
}

/** Functions that share a store, on virtual time. What is sent waits until it is delivered: one message after the other, in order. */
export class AmongWorld {
  readonly store = new MemoryCheckpointStore();
  readonly client: BatonClient;
  readonly clock;
  /** What a delivery is to do to its store: what it throws is the store's failure. */
  beforeSave: (executionId: string) => unknown = () => {};
  /** Messages that AWS loses. */
  isLost: (message: Message) => boolean = () => false;
  /** Every message that was delivered, with its request. */
  readonly delivered: (Message & { readonly awsRequestId: string })[] = [];
  readonly #world;
  readonly #handlers: Readonly<Record<string, ReturnType<typeof createHandler>>>;
  readonly #messages: Message[] = [];

  constructor(functions: Readonly<Record<string, Jobs>>, providers: readonly Provider[] = []) {
    const sender = new RecordingSender({ channel: 'lambda' });
    sender.onSent = ({ body, context }) => this.#post(context.invokedFunctionArn, JSON.parse(body));
    this.#world = virtualWorld({ senders: [sender] });
    this.clock = this.#world.clock;
    const { store } = this;
    const guarded = {
      load: (id: string) => store.load(id),
      save: async (...[entry, expected]: Parameters<typeof store.save>) => {
        await this.beforeSave(entry.executionId);
        return store.save(entry, expected);
      },
      list: (...args: Parameters<typeof store.list>) => store.list(...args),
    };
    const shared = [...this.#world.providers, { token: CHECKPOINT_STORE, useValue: guarded }, ...providers];
    this.#handlers = Object.fromEntries(
      Object.entries(functions).map(([name, jobs]) => [name, createHandler(jobs, { providers: shared })]),
    );
    const client = {
      send: async ({ input }: { input: { FunctionName: string; Payload: string } }) => {
        this.#post(input.FunctionName, JSON.parse(input.Payload));
        return {};
      },
    };
    const [functionName = ''] = Object.keys(functions);
    this.client = new BatonClient({ store, client, clock: this.clock, functionName });
  }

  /** Starts an execution of the first job of a function, and delivers what follows. */
  async start(executionId = 'p', input: unknown = {}): Promise<void> {
    const [functionName = ''] = Object.keys(this.#handlers);
    this.#post(functionName, { lambdaBaton: { v: 1, start: { executionId, input } } });
    await this.deliverAll();
  }

  async deliverAll(): Promise<void> {
    for (let message = this.#messages.shift(); message !== undefined; message = this.#messages.shift()) {
      if (this.isLost(message)) continue;
      await this.deliver(message, `request-${this.delivered.length + 1}`);
    }
  }

  /** Delivers a message, under the id of an earlier delivery when AWS repeats that one. */
  async deliver(message: Message, awsRequestId: string): Promise<void> {
    this.delivered.push({ ...message, awsRequestId });
    const arn = nameFunction(message.functionName);
    const handler = this.#handlers[message.functionName];
    if (handler === undefined) return;
    await callHandler(handler, this.#world, message.event, { awsRequestId, arn }).catch(() => {});
  }

  /** Takes time, in milliseconds. */
  pause(ms: number): Promise<void> {
    return this.#world.timer.sleep(ms);
  }

  #post(target: string, event: unknown): void {
    const functionName = target.split(':function:').at(-1)?.split(':')[0] ?? target;
    this.#messages.push({ functionName, event });
  }
}
