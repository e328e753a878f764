import type { StepContext } from '../../src';
import { isDirective } from '../../src/runtime/core/execution/directives';
import type { JobPlan } from '../../src/runtime/core/execution/job-plan';
import type { CallWatch, JobObserver } from '../../src/testing/step-watch';
import { type HostileCall, readFrame, runInFrame } from './hostile-call';

/** After these it gives its invocation up by itself. */
const pauses: ReadonlySet<string> = new Set(['start-children', 'wait', 'wait-for-signal', 'wait-until']);

/** Watches the steps of a job: where an invocation has to hand over, and what an execution completes with, which SQS is not told. */
export class StepObserver implements JobObserver {
  /** By execution. */
  readonly #results: Map<string, unknown>;
  readonly #plan: JobPlan;
  readonly #handsOff: boolean;

  constructor(plan: JobPlan, handsOff: boolean, results: Map<string, unknown>) {
    this.#results = results;
    this.#plan = plan;
    this.#handsOff = handsOff;
  }

  onConstruct(): void {
    readFrame()?.call.claim();
  }

  watch(method: string, { executionId }: StepContext): CallWatch | undefined {
    const frame = readFrame();
    if (frame === undefined || frame.isInStep) return undefined;
    const { call } = frame;
    return {
      begin: () => undefined,
      run: (act) => runInFrame({ call, isInStep: true }, act),
      pass: (kind, value) => this.#pass(call, method, executionId, kind, value),
      fail() {},
      stop() {},
    };
  }

  #pass(
    call: HostileCall,
    method: string,
    executionId: string,
    kind: 'return' | 'yield',
    value: unknown,
  ): undefined {
    const { onStart, onComplete } = this.#plan.hooks;
    const directive = method !== onStart && isDirective(value) ? value.kind : undefined;
    if (kind === 'return' && directive === 'complete')
      this.#results.set(executionId, (value as { readonly result: unknown }).result);
    if (kind === 'return' && method === onComplete && value !== undefined)
      this.#results.set(executionId, value);
    const isWait = directive !== undefined && pauses.has(directive);
    if (this.#handsOff && method !== onComplete && !isWait) call.isDraining = true;
  }
}
