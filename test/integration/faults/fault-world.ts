import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileCheckpointStore } from '../../../src';
import { type ApiRequest, LocalLambda, type RequestFault } from '../../../src/local';
import { NodePlatform } from '../../../src/runtime/adapters/node/node-platform';
import { parseRecord } from '../../../src/runtime/core/record/execution-record';
import { type Fault, type FaultCase, interruptions, listFaults } from './faults';
import { Trace, type TraceLine } from './trace';

/** How one execution went. */
export interface FaultResult extends FaultCase {
  /** Invocations in all, the refused ones included. */
  readonly invocationCount: number;
  /** Effects that happened twice. */
  readonly repeated: readonly string[];
  /** What was promised and not kept; empty when all is well. */
  readonly faults: readonly string[];
}

const functionName = 'faults';
const timeoutMs = 2_500;
/** When an execution that has not ended is given up, in milliseconds. */
const patienceMs = 15_000;
const steps = ['one', 'two', 'three', 'four', 'five', 'six', 'end'];

/** What the local Lambda does to a request, by the name that it has here. */
const wireFaults: Record<Fault, RequestFault> = {
  reject: { kind: 'lost-reply', when: 'before' },
  'lost reply': { kind: 'lost-reply', when: 'after' },
  '429': { kind: 'throttle' },
  '500': { kind: 'server-error' },
  hang: { kind: 'hang' },
  'SIGKILL before': { kind: 'crash-caller', when: 'before' },
  'SIGKILL after': { kind: 'crash-caller', when: 'after' },
};

/** The local Lambda with one function and its queue, where every execution has a fault of its own. */
export class FaultWorld {
  readonly #directory = mkdtempSync(join(tmpdir(), 'faults-'));
  readonly #store = new FileCheckpointStore({ directory: join(this.#directory, 'store') });
  /** Invocations by execution. */
  readonly #invocations = new Map<string, number>();
  readonly #executions = new Map<string, string>();
  readonly #dropped: string[] = [];
  #lambda: LocalLambda | undefined;
  #count = 0;

  static async open(): Promise<FaultWorld> {
    const world = new FaultWorld();
    await world.#open();
    return world;
  }

  async #open(): Promise<void> {
    const lambda = await LocalLambda.start({
      onRequest: (request) => this.#strike(request),
      concurrencyLimit: 24,
    });
    this.#lambda = lambda;
    const { url, arn } = await lambda.createQueue({ name: 'continuations', visibilityTimeoutMs: timeoutMs });
    await lambda.createFunction({
      name: functionName,
      code: join(__dirname, 'fault-job.ts'),
      timeoutMs,
      retryDelaysMs: [100, 200],
      recursiveLoop: 'Allow',
      environment: { FAULTS_DIRECTORY: this.#directory, BATON_QUEUE_URL: url, BATON_LOG_LEVEL: 'error' },
    });
    lambda.addEventSourceMapping({
      functionName,
      queueArn: arn,
      batchSize: 1,
      reportBatchItemFailures: true,
      maximumConcurrency: 10,
    });
    lambda.on('invocation-start', ({ requestId, payload }) => {
      const executionId = readExecutionId(payload);
      this.#executions.set(requestId, executionId);
      this.#invocations.set(executionId, (this.#invocations.get(executionId) ?? 0) + 1);
    });
    lambda.on(
      'dropped',
      ({ requestId }) => void this.#dropped.push(this.#executions.get(requestId) ?? requestId),
    );
  }

  /** The outbound calls of an execution that nothing happens to, and the places in user code, in their order. */
  async listCalls(): Promise<string[]> {
    const executionId = await this.#start(undefined);
    await this.#waitForEnd(executionId);
    const calls = this.#trace(executionId)
      .read()
      .filter(({ kind }) => kind === 'asked')
      .map(({ call }) => call);
    return [...new Set(calls)];
  }

  /** Every call with every fault that makes sense for it. */
  static listCases(calls: readonly string[]): FaultCase[] {
    return calls.flatMap((call) => listFaults(call).map((fault) => ({ call, fault })));
  }

  /** Runs one execution for each case, several at once; looks at them when all is quiet. */
  async run(cases: readonly FaultCase[], atOnce = 8): Promise<FaultResult[]> {
    const queue = [...cases.entries()];
    const executionIds: string[] = [];
    const runNext = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const executionId = await this.#start(next[1]);
        executionIds[next[0]] = executionId;
        await this.#waitForEnd(executionId);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, runNext));
    await this.#lambda?.idle();
    return Promise.all(cases.map((one, index) => this.#check(one, executionIds[index] ?? '')));
  }

  async close(): Promise<void> {
    await this.#lambda?.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #start(fault: FaultCase | undefined): Promise<string> {
    this.#count += 1;
    const executionId = `execution-${this.#count}`;
    if (fault !== undefined) this.#trace(executionId).plan(fault);
    const payload = { lambdaBaton: { v: 1, start: { executionId, input: {} } } };
    await this.#lambda?.invoke({ functionName, invocationType: 'Event', payload });
    return executionId;
  }

  #trace(executionId: string): Trace {
    return new Trace(this.#directory, executionId);
  }

  async #waitForEnd(executionId: string): Promise<void> {
    for (const endMs = Date.now() + patienceMs; Date.now() < endMs; await sleep(50)) {
      if (this.#trace(executionId).read().some(isOutcome)) return;
    }
  }

  /** Sees every call over the wire: strikes the one that is to be struck, and looks whether its checkpoint is there. */
  async #strike(request: ApiRequest): Promise<RequestFault | undefined> {
    const { operation, invocationType, callerRequestId, body } = request;
    const isDryRun = invocationType === 'DryRun';
    if (operation !== 'SendMessage' && operation !== 'Invoke') return undefined;
    const sent = isDryRun ? undefined : readContinuation(operation, body);
    const executionId = sent?.executionId ?? this.#executions.get(callerRequestId ?? '') ?? '';
    const trace = this.#trace(executionId);
    const call = isDryRun ? 'dry run' : operation;
    if (sent !== undefined && !(await this.#isCheckpointed(executionId, sent.invocation)))
      trace.add({ kind: 'broken', call });
    trace.add({ kind: 'asked', call });
    const fault = trace.takeFault(call);
    return fault === undefined ? undefined : wireFaults[fault];
  }

  /** Whether the store knew of the hand-off before its continuation, or the look of a wait, was sent. */
  async #isCheckpointed(executionId: string, invocation: number | undefined): Promise<boolean> {
    const record = await this.#readRecord(executionId);
    if (record === undefined) return false;
    if (invocation === undefined) return record.handedOffTo !== null || record.outcome !== null;
    return record.handedOffTo === invocation || record.invocation >= invocation || record.outcome !== null;
  }

  async #readRecord(executionId: string) {
    const stored = await this.#store.load(executionId);
    return stored && parseRecord(stored.head, new NodePlatform().checksum);
  }

  async #check({ call, fault }: FaultCase, executionId: string): Promise<FaultResult> {
    const lines = this.#trace(executionId).read();
    const effects = lines.filter((line) => line.kind === 'effect');
    const outcome = (await this.#readRecord(executionId))?.outcome;
    const firsts = [...new Set(effects.map((line) => line.call.slice(3)))];
    const repeated = effects
      .filter((line, index) => effects.findIndex((other) => other.call === line.call) < index)
      .map((line) => line.call);
    const keys = new Map(effects.map((line) => [line.call, line.key]));
    const allowed = interruptions.has(fault) ? 1 : 0;
    const faults = [
      [!this.#trace(executionId).wasStruck, 'the call was never made'],
      [
        JSON.stringify(outcome) !== JSON.stringify({ status: 'completed', result: steps }),
        `ended ${JSON.stringify(outcome)}`,
      ],
      [firsts.join() !== steps.join(), `steps in the order ${firsts.join()}`],
      [repeated.length > allowed, `${repeated.length} steps repeated: ${repeated.join()}`],
      [effects.some((line) => keys.get(line.call) !== line.key), 'a repeated step had another key'],
      [lines.filter(isOutcome).length !== 1, `${lines.filter(isOutcome).length} outcomes recorded`],
      [lines.some(({ kind }) => kind === 'broken'), 'a continuation was sent before its checkpoint'],
      [this.#dropped.includes(executionId), 'a delivery went to the dead letters'],
    ] as const;
    const broken = faults.filter(([isBroken]) => isBroken).map(([, text]) => text);
    return {
      call,
      fault,
      repeated,
      invocationCount: this.#invocations.get(executionId) ?? 0,
      faults: broken,
    };
  }
}

function isOutcome({ kind, call }: TraceLine): boolean {
  return kind === 'done' && call === 'outcome';
}

function readContinuation(
  operation: string,
  body: Buffer,
): { executionId: string; invocation?: number } | undefined {
  const parsed = JSON.parse(body.toString());
  const envelope = operation === 'Invoke' ? parsed : JSON.parse(parsed.MessageBody);
  return envelope.lambdaBaton?.continuation ?? envelope.lambdaBaton?.look;
}

function readExecutionId(payload: string): string {
  const event = JSON.parse(payload);
  const { lambdaBaton } = event.Records === undefined ? event : JSON.parse(event.Records[0].body);
  return (lambdaBaton.start ?? lambdaBaton.continuation ?? lambdaBaton.look).executionId;
}
