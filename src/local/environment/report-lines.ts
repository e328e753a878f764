import type { Outcome } from './outcome';

/** The two lines AWS writes behind every invocation. */
export function reportLines(
  requestId: string,
  outcome: Omit<Outcome, 'logTail'>,
  memoryMb: number,
): string[] {
  const { reason, durationMs, initMs, maxMemoryMb, error } = outcome;
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${maxMemoryMb} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    ...(reason === 'time-out' ? ['Status: timeout'] : []),
    ...(error === undefined || reason === 'error' || reason === 'time-out'
      ? []
      : ['Status: error', `Error Type: ${error.errorType}`]),
  ];
  return [`END RequestId: ${requestId}`, fields.join('\t')];
}
