export { checkOptions } from './check-options';
export { isJobName } from './checks';
export {
  LimitsRules,
  LongRunningRules,
  RetryRules,
  SignalRules,
  StateRules,
  StepRules,
  TerminateRules,
} from './rules';
