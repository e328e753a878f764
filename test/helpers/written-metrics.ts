import { MetricsObserver } from 'lambda-baton/observe';
import { type Told, tell, unit } from '../unit/observe/tell-events';

const error = { name: 'Error', message: 'no' };
const handedOff = { reason: 'safe-window', channel: 'lambda', bytes: 800, remainingMs: 30_000 };
const carried = { 'metrics.safePointMs': '50' };

/** One execution that completes after a hand-off, one that fails, and one that is cancelled. */
const executions: readonly (readonly Told[])[] = [
  [
    { type: 'invocation.started', atMs: 100, isCold: true, version: '1', remainingMs: 900_000, carried },
    { type: 'execution.resumed', atMs: 110, step: 'fetchPage', cycle: 1, remainingMs: 800_000 },
    { type: 'step.failed', atMs: 120, ...unit, durationMs: 10, error, willRetry: true, delayMs: 1 },
    { type: 'step.finished', atMs: 130, ...unit, attempt: 2, durationMs: 10 },
    { type: 'checkpoint.stored', atMs: 131, bytes: 10, durationMs: 1 },
    { type: 'execution.handed-off', atMs: 132, ...handedOff },
    { type: 'execution.completed', atMs: 133, durationMs: 100, stepCount: 1 },
    { type: 'invocation.ended', atMs: 134, ending: 'completed', durationMs: 40, costUsd: 0.1 },
  ],
  [
    { type: 'execution.started', atMs: 100 },
    { type: 'execution.failed', atMs: 101, error, durationMs: 1, stepCount: 0 },
    { type: 'invocation.ended', atMs: 102, ending: 'failed', durationMs: 2, costUsd: 0.1 },
  ],
  [
    { type: 'execution.cancelled', atMs: 100, durationMs: 1, stepCount: 0 },
    { type: 'invocation.ended', atMs: 102, ending: 'cancelled', durationMs: 2, costUsd: 0.1 },
  ],
];

/** Every metric that the observer really writes, through Powertools, by what reaches standard output. */
export function listWrittenMetrics(): ReadonlySet<string> {
  const written: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    const observer = new MetricsObserver();
    // The first of them is told of its second invocation.
    for (const [index, events] of executions.entries())
      tell(observer, events, { executionId: `e${index}`, invocation: index === 0 ? 2 : 1 });
  } finally {
    write.mockRestore();
  }
  const metrics = written.flatMap((line) => JSON.parse(line)._aws.CloudWatchMetrics);
  return new Set(
    metrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Metrics.flatMap(({ Name }: { Name: string }) =>
        Dimensions.map((names: string[]) => `${Namespace} ${Name} ${names.join(',')}`),
      ),
    ),
  );
}
