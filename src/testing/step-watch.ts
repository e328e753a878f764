import type { StepContext } from '../runtime/step/step-context';
import type { Border } from './border';
import { never, readFrame, runInFrame } from './life';
import type { CallWatch, JobObserver } from './observed-job';
import type { OpenCall, RunRecorder } from './run-recorder';
import type { VirtualInvocation } from './virtual-invocation';

/** Writes down the calls of a job's steps, and lets them be disturbed. */
export class StepWatch implements JobObserver {
  readonly #border: Border;
  readonly #recorder: RunRecorder;
  readonly #drains: (method: string) => boolean;

  /** @param drains - after which methods an invocation hands over, whatever time is left. */
  constructor(border: Border, recorder: RunRecorder, drains: (method: string) => boolean) {
    this.#border = border;
    this.#recorder = recorder;
    this.#drains = drains;
  }

  onConstruct(job: object): void {
    const { invocation } = this.#border;
    if (invocation !== undefined) invocation.job = job;
  }

  watch(method: string, ctx: StepContext): CallWatch | undefined {
    const { invocation } = this.#border;
    if (invocation === undefined || readFrame()?.ctx !== undefined) return undefined;
    return new MethodWatch(method, ctx, invocation, this.#border, this.#recorder, this.#drains(method));
  }
}

class MethodWatch implements CallWatch {
  #call: OpenCall | undefined;
  readonly #method: string;
  readonly #ctx: StepContext;
  readonly #invocation: VirtualInvocation;
  readonly #border: Border;
  readonly #recorder: RunRecorder;
  readonly #drains: boolean;

  constructor(
    method: string,
    ctx: StepContext,
    invocation: VirtualInvocation,
    border: Border,
    recorder: RunRecorder,
    drains: boolean,
  ) {
    this.#method = method;
    this.#ctx = ctx;
    this.#invocation = invocation;
    this.#border = border;
    this.#recorder = recorder;
    this.#drains = drains;
  }

  run<Value>(act: () => Value): Value {
    return runInFrame({ life: this.#invocation, ctx: this.#ctx }, act);
  }

  begin(): Promise<never> | undefined {
    const end = this.#border.pass('begin', this.#method);
    if (end === undefined)
      this.#call = this.#recorder.beginCall(this.#method, this.#ctx, this.#invocation.call);
    return end;
  }

  pass(kind: 'return' | 'yield', value: unknown): Promise<never> | undefined {
    if (this.#invocation.isOver) return never();
    const end = this.#border.pass(kind === 'return' ? 'end' : 'yield', this.#method);
    if (end !== undefined) return end;
    if (kind === 'return' && this.#call !== undefined) this.#recorder.endCall(this.#call, 'returned');
    if (kind === 'return') this.#recorder.noteValue(this.#method, value);
    if (this.#drains) this.#invocation.isDraining = true;
    return undefined;
  }

  fail(error: unknown): void {
    if (this.#call !== undefined && !this.#invocation.isOver)
      this.#recorder.endCall(this.#call, 'threw', error);
  }

  stop(): void {
    if (this.#call !== undefined && !this.#invocation.isOver) this.#recorder.endCall(this.#call, 'stopped');
  }
}
