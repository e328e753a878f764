import type { Timer } from '../../ports';
import { checkDelay } from '../aws/check-delay';
import { guardTask } from './guard-task';

/**
 * Node's own timers: 0.1 % of a core where Nanotimer takes 2 % at one look a second and 23 % at ten,
 * for a drift of milliseconds instead of microseconds. Register it with `{ token: TIMER, useClass: NativeTimer }`.
 */
export class NativeTimer implements Timer {
  /** @throws RangeError when `ms` is not an integer from 1 to 2,147,483,647. */
  every(ms: number, task: () => void): () => void {
    checkDelay(ms, 1);
    const handle = setInterval(guardTask(task), ms);
    return () => clearInterval(handle);
  }

  /** @throws RangeError when `ms` is not an integer from 0 to 2,147,483,647. */
  once(ms: number, task: () => void): () => void {
    checkDelay(ms, 0);
    const handle = setTimeout(guardTask(task), ms);
    return () => clearTimeout(handle);
  }
}
