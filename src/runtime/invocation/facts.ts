import { BatonError } from '../../errors';
import type { Heartbeats } from '../checkpoint/heartbeats';
import type { Journal } from '../checkpoint/journal';
import { priceUsage } from '../core/cost/cost';
import type { ChildItem } from '../core/execution/among';
import { countChildren } from '../core/execution/children';
import { isSignalName, needsStoreError, signalNameError } from '../core/execution/directives';
import type { Execution } from '../core/execution/execution';
import type { JobPlan } from '../core/execution/job-plan';
import { writeSignalToken } from '../core/record/signal-fact';
import type { Context } from '../ports';
import type { Collaborators } from '../ports/collaborators';
import type { ChildrenCounts, ContextFacts, Woken } from '../step/step-context';

/** What facts are told with. */
interface FactsDeps {
  readonly plan: JobPlan;
  readonly collaborators: Pick<Collaborators, 'platform' | 'seal' | 'store'>;
  readonly unit: CurrentUnit;
}

/** What an invocation has read of other executions and of signals, and what it tells the job of them. */
export class Facts implements ContextFacts {
  /** The payloads of signals that were read, by their places in the inbox. */
  readonly payloads = new Map<number, unknown>();
  /** Children that have ended, by their places in the batch: what `@OnChildEnd` is told. */
  readonly children = new Map<number, object>();
  /** The items of the batch of children, once they were needed. */
  items: readonly ChildItem[] | undefined;
  /** Whether the children that run were looked at since there was news. */
  hasReadChildren = false;
  readonly #deps: FactsDeps;

  constructor(deps: FactsDeps) {
    this.#deps = deps;
  }

  readChildren({ among }: Execution): ChildrenCounts | undefined {
    const batch = among?.children;
    return batch && { ...countChildren(batch), running: batch.running.length };
  }

  readWoken({ phase, among }: Execution): Woken | undefined {
    if (phase !== 'step' || !among?.woken) return undefined;
    const { woken } = among;
    return woken.by === 'signal'
      ? { by: 'signal', name: woken.name, payload: this.payloads.get(woken.slot) }
      : woken;
  }

  writeToken({ executionId }: Execution, name: string, key: string): string {
    const { plan, unit } = this.#deps;
    const { store, platform, seal } = this.#deps.collaborators;
    if (!isSignalName(name)) throw signalNameError(plan, unit.method);
    if (store === undefined) throw needsStoreError(plan, unit.method, 'ctx.signalToken');
    const signalId = platform.digest(`${key} ${name}`).slice(0, 32);
    return writeSignalToken(executionId, name, signalId, (text) => seal.seal(text));
  }
}

/** Errors of the execution as a whole. */
const boundCodes: ReadonlySet<string> = new Set(['FUSE_BLOWN', 'HAND_OFF_FAILED', 'INVALID_JOB']);

/** Which method runs, or ran last, and what a next try of the delivery is told of it should this one die. */
export class CurrentUnit {
  readonly #signs: Heartbeats;
  #method = '';
  #work = '';
  #isHandingOver = false;
  #hasPassedSafePoint = false;

  constructor(signs: Heartbeats) {
    this.#signs = signs;
  }

  /** The work that is running, or ran last; before the first, the method that was asked whether there is any. */
  get name(): string {
    return this.#work || this.#method;
  }

  /** The method that runs, or ran last. */
  get method(): string {
    return this.#method;
  }

  /** Whether something was done and is behind it: what follows did not have this invocation to itself. */
  get hasPassedSafePoint(): boolean {
    return this.#hasPassedSafePoint;
  }

  /** The method that an error ended, for a decision to fail: a blown fuse, or a cycle with nothing to run, is nobody's. */
  findFailed(error: unknown): string | undefined {
    return BatonError.is(error) && boundCodes.has(error.code) ? undefined : this.#method;
  }

  /** Written down at once when a try before this one died, so that the next one knows where. */
  begin(method: string, isWork: boolean): void {
    this.#method = method;
    if (isWork) this.#work = method;
    if (this.#signs.lost !== undefined) this.sign();
  }

  /** Nothing but the hand-over is left to do: a death from now on is not one of the next unit of work. */
  beginHandOver(): void {
    this.#isHandingOver = true;
  }

  beginHandOffHook(method: string): void {
    this.#method = method;
    this.#signs.give(method, 'hand-off');
  }

  /** It was to sleep, or to hand over, and there was a reason not to. */
  stayAwake(): void {
    this.#isHandingOver = false;
  }

  /** @param isStored - a store says where the execution stands */
  passSafePoint(isStored: boolean): void {
    if (this.#hasPassedSafePoint) return;
    this.#hasPassedSafePoint = true;
    if (!isStored) this.#signs.give(this.#method, 'later');
  }

  /** Says that this try is alive, and where. */
  sign(): void {
    const place = this.#isHandingOver ? 'hand-off' : 'start';
    this.#signs.give(this.#method, this.#hasPassedSafePoint && !this.#isHandingOver ? 'later' : place);
  }
}

/** What Lambda gives a function that asks for nothing, in MB: what is reckoned with where there is no Lambda to say it. */
const smallestMemoryMb = 128;

/** What an execution has cost so far, an invocation that still runs included. */
export class CostMeter {
  readonly #collaborators: Pick<Collaborators, 'clock' | 'platform' | 'prices'>;
  readonly #memoryMb: number;
  readonly #startedMs: number;
  readonly #beforeUsd: number;

  constructor(collaborators: Collaborators, context: Context, beforeUsd: number) {
    this.#collaborators = collaborators;
    this.#memoryMb = Number(context.memoryLimitInMB) || smallestMemoryMb;
    this.#startedMs = collaborators.clock.now();
    this.#beforeUsd = beforeUsd;
  }

  /** In US dollars at list price. */
  readUsd(journal: Journal | undefined): number {
    const { clock, platform, prices } = this.#collaborators;
    const usedUsd = priceUsage(prices, {
      durationMs: clock.now() - this.#startedMs,
      memoryMb: this.#memoryMb,
      architecture: platform.architecture,
      readUnitCount: journal?.readUnitCount ?? 0,
      writeUnitCount: journal?.writeUnitCount ?? 0,
    });
    return Math.ceil((this.#beforeUsd + usedUsd) * 1e9) / 1e9;
  }
}
