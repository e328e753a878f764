/** Makes a task that warns instead of throwing: a timer goes on, and nothing is swallowed. */
export function guardTask(task: () => void): () => void {
  return () => {
    try {
      task();
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), { code: 'LAMBDA_BATON_TIMER' });
    }
  };
}
