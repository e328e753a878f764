/** Calls with a signal that aborts after `timeoutMs`, or when `outer` does; leaves no timer and no listener behind. */
export async function withTimeLimit<Result>(
  timeoutMs: number,
  call: (signal: AbortSignal) => Promise<Result>,
  outer?: AbortSignal,
): Promise<Result> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const handle = setTimeout(abort, timeoutMs);
  outer?.addEventListener('abort', abort);
  if (outer?.aborted) abort();
  try {
    return await call(controller.signal);
  } finally {
    clearTimeout(handle);
    outer?.removeEventListener('abort', abort);
  }
}
