export { checkOptions } from './check-options';
export { isJobName } from './checks';
export {
  ConcurrencyRules,
  LimitsRules,
  LongRunningRules,
  RetryRules,
  SignalRules,
  StateRules,
  StepRules,
  TerminateRules,
} from './rules';
