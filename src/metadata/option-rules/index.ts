export { checkOptions, type OptionCheck } from './check-options';
export { LimitsRules } from './limits-rules';
export { isJobName } from './long-running-judges';
export { LongRunningRules } from './long-running-rules';
export { RetryRules } from './retry-rules';
export { StateRules } from './state-rules';
export { StepRules } from './step-rules';
export { TerminateRules } from './terminate-rules';
