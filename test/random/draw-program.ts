import { SeededRandom } from '../../src/testing';
import type { Command, End, HookProgram, Loop, Program, StepProgram } from './program';

/** At most so many commands in a program, the ends of steps included. */
const maxCommands = 20;
const maxDepth = 3;

/** Draws a program: the same seed always gives the same one. */
export function drawProgram(seed: number): Program {
  return new Draw(seed).program();
}

class Draw {
  readonly #seed: number;
  readonly #random: SeededRandom;
  #left = maxCommands;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new SeededRandom(seed);
  }

  program(): Program {
    const names = ['one', 'two', 'three', 'four'].slice(0, this.#upTo(4));
    const hooks = {
      ...(this.#chance(0.4) ? { onStart: this.#hook() } : {}),
      ...(this.#chance(0.6)
        ? { onComplete: { ...this.#hook(), ...(this.#chance(0.6) ? { value: `end of ${this.#seed}` } : {}) } }
        : {}),
    };
    const steps = names.map((name, index) => this.#step(name, names, index === names.length - 1));
    const check = this.#pick(['cycle', 'step'] as const);
    return { seed: this.#seed, cycles: this.#upTo(3), maxTotal: 10 + this.#upTo(60), check, ...hooks, steps };
  }

  #hook(): HookProgram {
    return { body: this.#commands(2, true) };
  }

  #step(name: string, names: readonly string[], isLast: boolean): StepProgram {
    const form = this.#pick([
      'async',
      'async',
      'async-generator',
      'async-generator',
      'generator',
      'plain',
    ] as const);
    const mayTakeTime = form.startsWith('async');
    return {
      name,
      form,
      once: !isLast && this.#chance(0.2),
      maxAttempts: this.#upTo(4),
      initialDelayMs: this.#pick([1, 500, 30_000]),
      minBudgetMs: this.#chance(0.2) ? this.#upTo(20_000) : 0,
      ...(form.endsWith('generator') ? { loop: this.#loop(1, mayTakeTime) } : {}),
      body: this.#commands(4, mayTakeTime),
      ...(this.#chance(0.5) && this.#spend() ? { end: this.#end(names) } : {}),
    };
  }

  #loop(depth: number, mayTakeTime: boolean): Loop {
    const inner = depth < maxDepth && this.#chance(0.4) ? { inner: this.#loop(depth + 1, mayTakeTime) } : {};
    return { times: this.#upTo(3), ...inner, body: this.#commands(2, mayTakeTime) };
  }

  #commands(most: number, mayTakeTime: boolean, depth = 1): Command[] {
    const commands: Command[] = [];
    for (let count = this.#upTo(most); count > 0 && this.#spend(); count -= 1)
      commands.push(this.#command(mayTakeTime, depth));
    return commands;
  }

  #command(mayTakeTime: boolean, depth: number): Command {
    if (mayTakeTime && this.#chance(0.35))
      return this.#chance(0.7) ? { kind: 'effect' } : { kind: 'sleep', ms: this.#upTo(700) };
    if (this.#chance(0.15)) return this.#failure();
    if (depth < maxDepth && this.#chance(0.15))
      return { kind: 'repeat', times: this.#upTo(3), body: this.#commands(3, mayTakeTime, depth + 1) };
    return this.#edit();
  }

  #failure(): Command {
    if (this.#chance(0.15)) return { kind: 'terminal', total: 5 + this.#upTo(40) };
    const attempts = this.#pick([1, 1, 1, 2, 3]);
    return {
      kind: 'throw',
      attempts,
      ...(this.#chance(0.3) ? { retryAfterMs: this.#pick([0, 10, 90_000]) } : {}),
    };
  }

  #edit(): Command {
    const edits: readonly (() => Command)[] = [
      () => ({ kind: 'add', by: this.#upTo(5) }),
      () => ({ kind: 'byte', at: this.#upTo(4) - 1 }),
      () => ({ kind: 'date', days: this.#upTo(3) }),
      () => ({ kind: 'drop' }),
      () => ({ kind: 'link' }),
      () => ({ kind: 'list', text: this.#pick(['row', 'page', 'ü']) }),
      () => ({ kind: 'mark', value: this.#upTo(6) }),
      () => ({ kind: 'sum', key: this.#pick(['mon', 'tue']) }),
    ];
    return this.#pick(edits)();
  }

  #end(names: readonly string[]): End {
    const ends: readonly (() => End)[] = [
      () => ({ kind: 'complete', total: 10 + this.#upTo(30), value: `completed by ${this.#seed}` }),
      () => ({ kind: 'goTo', step: this.#pick(names), times: this.#upTo(2) }),
      () => ({ kind: 'wait', seconds: this.#pick([0, 0.5, 30, 1_500]) }),
      () => ({ kind: 'waitUntil', days: this.#pick([-1, 0.01, 0.05]) }),
    ];
    return this.#pick(ends)();
  }

  #spend(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }

  #chance(probability: number): boolean {
    return this.#random.next() < probability;
  }

  /** From 1. */
  #upTo(most: number): number {
    return 1 + Math.floor(this.#random.next() * most);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random.next() * items.length)] as Item;
  }
}
