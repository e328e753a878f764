import type { DropReason } from '../../local';
import { CliError } from '../command';
import type { Failure } from './execution-fact';
import type { RunRecord } from './run-record';

/** How a run ended. `lost`: an execution neither completed nor failed, and nothing is left that would carry it on. */
export interface RunOutcome {
  readonly outcome: 'cancelled' | 'completed' | 'failed' | 'interrupted' | 'lost' | 'skipped';
  readonly failure: Failure | undefined;
}

/** Says how a run ended. It completed only when every execution that began has completed, those left out that others made skip. */
export function decideOutcome(record: RunRecord, isInterrupted: boolean): RunOutcome {
  const executions = [...record.executions.values()];
  if (executions.length === 0 && !isInterrupted) return decideWithoutExecution(record);
  const open = executions.find(({ status }) => status !== 'completed' && status !== 'skipped');
  if (open === undefined && executions.length > 0) {
    const hasCompleted = executions.some(({ status }) => status === 'completed');
    return { outcome: hasCompleted ? 'completed' : 'skipped', failure: undefined };
  }
  if (isInterrupted) return { outcome: 'interrupted', failure: undefined };
  if (open?.status === 'failed') return { outcome: 'failed', failure: open.failure };
  if (open?.status === 'cancelled') return { outcome: 'cancelled', failure: undefined };
  const { executionId = '', waitsUntilMs } = open ?? {};
  if (waitsUntilMs !== undefined && waitsUntilMs > Date.now() + longWaitMs)
    return { outcome: 'lost', failure: waitError(executionId, waitsUntilMs) };
  return { outcome: 'lost', failure: record.parked ?? lossError(executionId, record) };
}

/** What waits for longer than this is not waited for: the local Lambda is idle then. */
const longWaitMs = 60_000;

function waitError(executionId: string, untilMs: number): Failure {
  return fromError({
    problem: `Execution ${executionId} waits until ${new Date(untilMs).toISOString()}, longer than this run does.`,
    fix: 'Add --skip-waits, which makes waits a second at most; or send the signal that it waits for, and redrive it here.',
  });
}

function decideWithoutExecution(record: RunRecord): RunOutcome {
  const end = record.invocations.findLast((invocation) => invocation.end?.error !== undefined)?.end;
  if (end?.error !== undefined) return { outcome: 'failed', failure: readRefusal(end.error) };
  return {
    outcome: 'failed',
    failure: fromError({
      problem: 'The handler ran, but no execution began.',
      fix: 'Export const handler = createHandler(YourJob).',
    }),
  };
}

const initFixes: Readonly<Record<string, string | undefined>> = {
  'Runtime.HandlerNotFound':
    'Export it: export const handler = createHandler(YourJob). Another name goes with --handler.',
  'Runtime.ImportModuleError': 'Install what is missing, or bundle it in.',
  'Runtime.UserCodeSyntaxError':
    'If the bundle still has decorators in it (@LongRunning), bundle with "experimentalDecorators": true in the tsconfig.json.',
};

/** AWS's own errors know no fix. */
function readRefusal({ errorType, errorMessage }: { errorType: string; errorMessage: string }): Failure {
  const fix = initFixes[errorType];
  if (errorMessage.includes('\n→ ') || fix === undefined) return { name: errorType, message: errorMessage };
  return { name: errorType, message: `${errorMessage.split('\n')[0]}\n→ ${fix}` };
}

const losses: Readonly<Record<DropReason, { problem: string; fix: string }>> = {
  EventAgeExceeded: { problem: 'its last event grew too old', fix: 'Give it a shorter --retry-delay.' },
  RecursiveInvocation: {
    problem: "Lambda's recursion detection dropped its continuation",
    fix: 'Leave --recursion at allow, and deploy the function with RecursiveLoop: Allow.',
  },
  RetriesExhausted: {
    problem: 'its last event failed three times and was given up',
    fix: 'Look at the invocations above: on AWS, too, only the dead-letter queue would have it now.',
  },
  ZeroReservedConcurrency: { problem: 'the function may not run', fix: 'Raise its reserved concurrency.' },
};

function lossError(executionId: string, { dropped, deadLetterCount, invocations }: RunRecord): Failure {
  const reason = dropped.at(-1);
  const error = invocations.findLast(({ end }) => end?.error !== undefined)?.end?.error;
  if (reason === 'RetriesExhausted' && error?.errorMessage.includes('\n→ ') === true) {
    const problem = `Execution ${executionId} was lost: ${losses.RetriesExhausted.problem}.`;
    return { name: error.errorType, message: `${problem} ${error.errorMessage}` };
  }
  const loss =
    reason === undefined
      ? {
          problem:
            deadLetterCount > 0
              ? 'its message went to the dead-letter queue'
              : 'nothing is left that would carry it on',
          fix: 'Look at the invocations above.',
        }
      : losses[reason];
  return fromError({ problem: `Execution ${executionId} was lost: ${loss.problem}.`, fix: loss.fix });
}

function fromError(parts: { problem: string; fix: string }): Failure {
  const { name, message } = new CliError(parts, 1);
  return { name, message };
}
