import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault, FaultCase } from './faults';

/** One thing that happened, in the order of all processes. `done`: a call that took effect. `broken`: a promise that was not kept. */
export type TraceLine =
  | { readonly kind: 'asked' | 'broken' | 'done'; readonly call: string }
  | { readonly kind: 'effect'; readonly call: string; readonly key: string; readonly invocation: number };

/** What happened to one execution, in a file that all its processes write to. */
export class Trace {
  readonly #path: string;

  constructor(directory: string, executionId: string) {
    this.#path = join(directory, executionId);
  }

  add(line: TraceLine): void {
    appendFileSync(`${this.#path}.log`, `${JSON.stringify(line)}\n`);
  }

  read(): TraceLine[] {
    if (!existsSync(`${this.#path}.log`)) return [];
    return readFileSync(`${this.#path}.log`, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  /** How many calls of this beginning were asked for. */
  count(beginning: string): number {
    return this.read().filter(({ kind, call }) => kind === 'asked' && call.startsWith(beginning)).length;
  }

  /** What this execution is to suffer. */
  plan(fault: FaultCase): void {
    writeFileSync(`${this.#path}.fault`, JSON.stringify(fault));
  }

  /** The fault of this call, once: whoever comes later, in whatever process, is spared. */
  takeFault(call: string): Fault | undefined {
    if (!existsSync(`${this.#path}.fault`)) return undefined;
    const planned: FaultCase = JSON.parse(readFileSync(`${this.#path}.fault`, 'utf8'));
    if (planned.call !== call) return undefined;
    try {
      writeFileSync(`${this.#path}.struck`, '', { flag: 'wx' });
      return planned.fault;
    } catch {
      return undefined;
    }
  }

  get wasStruck(): boolean {
    return existsSync(`${this.#path}.struck`);
  }
}
