/**
 * The program that `dist/sweeper/` holds as one file: a Lambda handler that sends on, on a schedule, what will not be retried.
 *
 * It needs nothing but the AWS SDK of Lambda's runtimes. It reads the variables of the job's store and its signing key, and its own:
 * `BATON_SWEEP_FUNCTION` (name or ARN, with the alias), `BATON_SWEEP_JOB`, `BATON_SWEEP_GRACE_MS`, `BATON_SWEEP_LIMIT`.
 */
import { createSweeper } from './create-sweeper';

export const handler = createSweeper(process.env);
