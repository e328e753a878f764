import { parse, stringify } from 'devalue';
import { createFields, editFields, type Fields } from './fields';
import type { Command, End, Loop, Program, StepProgram } from './program';

/** How an execution of a program must end, and what it must have done outside. Knows nothing of the runtime. */
export interface Prediction {
  readonly outcome: 'completed' | 'failed';
  readonly result: string | undefined;
  /** The message of what failed it. */
  readonly error: string | undefined;
  readonly state: Fields;
  /** By the safe points passed before it: how often each effect of a unit of work happens, failed attempts included. */
  readonly effects: readonly ReadonlyMap<string, number>[];
}

/** What `@OnStart` and `@OnComplete` get. */
const hookAttempts = 3;

/** Predicts how a program ends when nothing disturbs it. */
export function predict(program: Program): Prediction {
  return new Model(program).run();
}

/** An error that ends the execution. */
class Fatal extends Error {}
/** An error that is worth another attempt. */
class Failure extends Error {}

class Model {
  readonly #program: Program;
  readonly #effects: Map<string, number>[] = [new Map()];
  #fields = createFields();
  #attempt = 1;

  constructor(program: Program) {
    this.#program = program;
  }

  run(): Prediction {
    const { onStart, onComplete } = this.#program;
    try {
      if (onStart !== undefined) {
        this.#try(hookAttempts, () => this.#play(onStart.body, 'onStart'));
        this.#passSafePoint();
      }
      const completed = this.#runSteps();
      if (onComplete !== undefined) this.#try(hookAttempts, () => this.#play(onComplete.body, 'onComplete'));
      return this.#end('completed', onComplete?.value ?? completed, undefined);
    } catch (error) {
      return this.#end('failed', undefined, (error as Error).message);
    }
  }

  #end(outcome: Prediction['outcome'], result: string | undefined, error: string | undefined): Prediction {
    return { outcome, result, error, state: this.#fields, effects: this.#effects };
  }

  /** Answers what a step completed the execution with. */
  #runSteps(): string | undefined {
    const { steps, check } = this.#program;
    for (let cycle = 1, index = 0, isFresh = true; ; ) {
      if ((isFresh || check === 'step') && this.#isDone(cycle)) return undefined;
      const step = steps[index] as StepProgram;
      const end = this.#runStep(step);
      if (end?.kind === 'complete') return `${end.value} in ${cycle}`;
      index = end?.kind === 'goTo' ? this.#find(end.step) : this.#findNext(index + 1, cycle);
      isFresh = index === steps.length;
      if (!isFresh) continue;
      cycle += 1;
      index = this.#findNext(0, cycle);
    }
  }

  #isDone(cycle: number): boolean {
    return cycle > this.#program.cycles || this.#fields.total >= this.#program.maxTotal;
  }

  #find(name: string): number {
    return this.#program.steps.findIndex((step) => step.name === name);
  }

  /** The place of the next step; the number of steps when there is none in this cycle. */
  #findNext(from: number, cycle: number): number {
    const { steps } = this.#program;
    const index = steps.findIndex((step, at) => at >= from && (cycle === 1 || !step.once));
    return index < 0 ? steps.length : index;
  }

  #runStep({ name, maxAttempts, loop, body, end }: StepProgram): End | undefined {
    if (loop !== undefined) this.#runLoop(loop, name, [], maxAttempts);
    const directive = this.#try(maxAttempts, () => {
      this.#play(body, name);
      delete this.#fields.counters[name];
      return end && this.#check(end, name);
    });
    this.#passSafePoint();
    return directive;
  }

  /** Every pass of a loop is a unit of work of its own. */
  #runLoop({ times, inner, body }: Loop, name: string, outer: readonly number[], maxAttempts: number): void {
    for (let pass = 0; pass < times; pass += 1) {
      const place = [...outer, pass];
      if (inner !== undefined) this.#runLoop(inner, name, place, maxAttempts);
      this.#try(maxAttempts, () => {
        this.#play(body, `${name}[${place.join()}]`);
        this.#fields.counters[name] = [...outer, pass + 1, 0, 0].slice(0, 3);
      });
      this.#passSafePoint();
    }
  }

  #check(end: End, name: string): End | undefined {
    if (end.kind === 'complete') return this.#fields.total >= end.total ? end : undefined;
    if (end.kind !== 'goTo') return end;
    const jumps = this.#fields.jumps[name] ?? 0;
    if (jumps >= end.times) return undefined;
    this.#fields.jumps[name] = jumps + 1;
    return end;
  }

  /** Attempts at one unit of work. What a failed one did to the fields is undone; what it did outside is not. */
  #try<Value>(maxAttempts: number, act: () => Value): Value {
    const saved = stringify(this.#fields);
    for (this.#attempt = 1; ; this.#attempt += 1) {
      try {
        return act();
      } catch (error) {
        this.#fields = parse(saved);
        if (error instanceof Fatal || this.#attempt >= maxAttempts) throw error;
      }
    }
  }

  #passSafePoint(): void {
    this.#effects.push(new Map());
  }

  #play(commands: readonly Command[], place: string): void {
    for (const [index, command] of commands.entries()) this.#do(command, `${place}.${index}`);
  }

  #do(command: Command, place: string): void {
    const effects = this.#effects.at(-1) as Map<string, number>;
    switch (command.kind) {
      case 'effect':
        effects.set(place, (effects.get(place) ?? 0) + 1);
        return;
      case 'repeat':
        for (let pass = 0; pass < command.times; pass += 1) this.#play(command.body, `${place}(${pass})`);
        return;
      case 'sleep':
        return;
      case 'terminal':
        if (this.#fields.total >= command.total) throw new Fatal(`terminal at ${place}`);
        return;
      case 'throw':
        if (this.#attempt <= command.attempts) throw new Failure(`thrown at ${place}`);
        return;
      default:
        editFields(this.#fields, command);
    }
  }
}
