export {
  OnCancel,
  OnChildEnd,
  OnComplete,
  OnFailure,
  OnHandoff,
  OnResume,
  OnSignal,
  type OnSignalOptions,
  OnStart,
} from './hooks';
export { type LimitsOptions, LongRunning, type LongRunningOptions } from './long-running';
export {
  State,
  type StateOptions,
  Step,
  type StepOptions,
  Terminate,
  type TerminateOptions,
} from './members';
