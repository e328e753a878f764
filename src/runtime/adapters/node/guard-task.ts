import { describeError } from '../../core/record/describe-error';

/** Makes a task that warns instead of throwing: a timer goes on, and nothing is swallowed. */
export function guardTask(task: () => void): () => void {
  return () => {
    try {
      task();
    } catch (thrown) {
      // Not the error itself: Node would leave the code out.
      const { name, message } = describeError(thrown);
      process.emitWarning(`A timer's task threw ${name}: ${message}`, { code: 'LAMBDA_BATON_TIMER' });
    }
  };
}
