import { Token } from 'aws-cdk-lib';
import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { findCompileCache } from './compile-cache';
import type { LongRunningFunctionProps } from './long-running-function-props';

/** One thing that works less well than it looks. */
interface Warning {
  readonly id: string;
  readonly text: string;
}

/** What works, but not as well as it looks. */
export function listWarnings(props: LongRunningFunctionProps): readonly Warning[] {
  const { job, store, signingKey, retryAttempts = 2, recursiveLoop, queue, sweep, compileCache } = props;
  const warnings: Warning[] = [];
  if (job === undefined)
    warnings.push({
      id: 'job',
      text: 'The job is not known here, so neither its safeMs nor its limits were checked. → Pass job: the class.',
    });
  if (store === false && signingKey === undefined && recursiveLoop !== RecursiveLoop.TERMINATE)
    warnings.push({
      id: 'fuses',
      text: 'There is no store and no signing key: the limits are counted in continuations that anybody who may invoke the function can write. → Leave store: false out, or pass a signingKey.',
    });
  if (job === undefined && store !== false && sweep === undefined)
    warnings.push({
      id: 'sweep',
      text: 'The job is not known here, so nothing sweeps its executions: one that will not be retried waits for baton sweep. → Pass job: the class, or set sweep: false.',
    });
  if (!Token.isUnresolved(retryAttempts) && retryAttempts < 2)
    warnings.push({
      id: 'retries',
      text: `retryAttempts is ${retryAttempts}: an invocation that crashes ${retryAttempts + 1} ${retryAttempts === 0 ? 'time' : 'times'} leaves its execution to the failure queue, with no end recorded. → Leave it at 2.`,
    });
  if (queue === false)
    warnings.push({
      id: 'queue',
      text: 'There is no queue: wait() cannot outlast an invocation, and a refused hand-off has no second way. → Leave queue: false out.',
    });
  if (compileCache !== undefined && findCompileCache(props) === undefined)
    warnings.push({
      id: 'compile-cache',
      text: `compileCache ${compileCache} has nothing for this function's Node and processor, so it is left out. → Fill it, as docs/deploy.md says.`,
    });
  return warnings;
}
