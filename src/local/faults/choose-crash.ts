import { draw } from './draw';
import type { InvocationFault } from './invocation-hook';

/** Whether the `count`-th invocation of a function crashes, and when: log-uniform between 1 ms and its time-out. */
export function chooseCrash(
  seed: number,
  probability: number,
  functionName: string,
  count: number,
  timeoutMs: number,
): InvocationFault | undefined {
  if (draw(seed, 'crash', functionName, count) >= probability) return undefined;
  return { kind: 'crash', afterMs: timeoutMs ** draw(seed, 'crash-moment', functionName, count) };
}
