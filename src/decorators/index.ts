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

export { State, type StateOptions } from './state';
export { Step, type StepOptions } from './step';
export { Terminate, type TerminateOptions } from './terminate';
