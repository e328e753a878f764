import type { EndReason } from '../events/local-lambda-events';
import type { ProcessEnd } from './environment-process';
import type { ErrorDocument } from './work';

const signalNames: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGTERM: 'terminated',
  SIGSEGV: 'segmentation fault',
};

/** AWS's error document for an invocation whose process ended before it answered. `seconds` is the time-out that was reached. */
export function describeEnd(
  requestId: string,
  reason: EndReason,
  end: ProcessEnd,
  seconds: number,
): ErrorDocument {
  const about = `RequestId: ${requestId} Error: `;
  if (reason === 'time-out')
    return {
      errorType: 'Sandbox.Timedout',
      errorMessage: `${about}Task timed out after ${seconds.toFixed(2)} seconds`,
    };
  const errorType = reason === 'out-of-memory' ? 'Runtime.OutOfMemory' : 'Runtime.ExitError';
  return { errorType, errorMessage: about + describeExit(end) };
}

function describeExit({ exitCode, signal }: ProcessEnd): string {
  if (signal !== null) return `Runtime exited with error: signal: ${signalNames[signal] ?? signal}`;
  return exitCode === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${exitCode}`;
}
