export type { Observer, RuntimeEvent, StepStarted } from '../runtime/observe/runtime-event';
export { MetricsObserver, type MetricsObserverOptions } from './metrics-observer';
export { TraceObserver } from './trace-observer';
