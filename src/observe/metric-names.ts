/** Where the metrics are written when nothing else is asked for. */
export const defaultNamespace = 'lambda-baton';

/** Every metric that is written, with its unit in CloudWatch. Each has the dimension `job`; those of steps also `job` with `step`. */
export const metricUnits = {
  ExecutionsStarted: 'Count',
  ExecutionsCompleted: 'Count',
  ExecutionsFailed: 'Count',
  ExecutionsCancelled: 'Count',
  ExecutionDuration: 'Milliseconds',
  StepAttempts: 'Count',
  StepAttemptsFailed: 'Count',
  StepDuration: 'Milliseconds',
  HandOffLatency: 'Milliseconds',
  RemainingAtHandOff: 'Milliseconds',
  CheckpointLatency: 'Milliseconds',
  CheckpointBytes: 'Bytes',
  CostUsd: 'None',
} as const;

/** The name of a metric. */
export type MetricName = keyof typeof metricUnits;
