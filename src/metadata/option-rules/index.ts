export { isJobName } from './check-identity';
export { checkOptions } from './check-options';
export { LimitsRules } from './limits-rules';
export { LongRunningRules } from './long-running-rules';
export { RetryRules } from './retry-rules';
export { StateRules } from './state-rules';
export { StepRules } from './step-rules';
export { TerminateRules } from './terminate-rules';
