import { isSleeper, raiseFlag } from '../among/inbox';
import type { ExecutionRecord } from '../core/record/execution-record';
import { type LookDeps, wakeExecution } from './send-look';

/** An execution that has ended, and who waits for that. */
export interface EndedExecution extends Pick<ExecutionRecord, 'parent'> {
  readonly executionId: string;
  /** Tells two looks apart. */
  readonly sentBy: string;
  /** How many invocations of a chain lie behind its end. @defaultValue 0 */
  readonly chainLength?: number;
}

/** Wakes whoever waits for the end of an execution: first the flag, then a look. Harmless when it is repeated. */
export async function tellEnd(
  { parent, executionId, sentBy, chainLength = 0 }: EndedExecution,
  deps: LookDeps,
): Promise<void> {
  const { store, platform, clock } = deps.collaborators;
  if (parent === undefined || store === undefined) return;
  const tools = {
    store,
    checksum: platform.checksum,
    digest: (text: string) => platform.digest(text),
    clock,
  };
  const record = await raiseFlag(tools, parent.executionId);
  if (record !== undefined && isSleeper(record, clock.now()))
    await wakeExecution(record, `${sentBy}.${executionId}`, deps, chainLength + 1);
}
