import type { Random } from '../../ports';

/** The engine's own random numbers: good enough to spread retries. */
export class MathRandom implements Random {
  next(): number {
    return Math.random();
  }
}
