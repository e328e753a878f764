/** Calls with a signal that aborts after `timeoutMs`; leaves no timer behind. */
export async function withTimeLimit<Result>(timeoutMs: number, call: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const handle = setTimeout(() => controller.abort(), timeoutMs);
  try {
    return await call(controller.signal);
  } finally {
    clearTimeout(handle);
  }
}
