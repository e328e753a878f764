import type { ChildItem } from '../core/execution/among';
import { countChildren } from '../core/execution/children';
import { isSignalName, needsStoreError, signalNameError } from '../core/execution/directives';
import type { Execution } from '../core/execution/execution';
import type { JobPlan } from '../core/execution/job-plan';
import { writeSignalToken } from '../core/record/signal-fact';
import type { Collaborators } from '../ports/collaborators';
import type { ChildrenCounts, ContextFacts, Woken } from '../step/step-context';
import type { CurrentUnit } from './current-unit';

/** What facts are told with. */
export interface FactsDeps {
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
