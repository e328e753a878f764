import { type CreateHandlerOptions, createHandler, type Provider } from '../../src';
import { type ExecutionRecord, type RunExecutionOptions, runExecution } from './run-execution';
import { type VirtualWorld, virtualWorld } from './virtual-world';

/** Options of {@link runJob}. */
export interface RunJobOptions extends RunExecutionOptions {
  /** @defaultValue a fresh one */
  readonly world?: VirtualWorld;
  /** Beside those of the world, which they win over. */
  readonly providers?: readonly Provider[];
}

/** Makes a job's handler and runs one execution of it to its end. */
export async function runJob(
  jobClass: Parameters<typeof createHandler>[0],
  { world = virtualWorld(), providers = [], ...options }: RunJobOptions = {},
): Promise<ExecutionRecord> {
  const handlerOptions: CreateHandlerOptions = { providers: [...world.providers, ...providers] };
  return runExecution(createHandler(jobClass, handlerOptions), world, options);
}
