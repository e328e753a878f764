/** One run of a step that can be undone. */
export interface UndoneRun {
  /** The name of the step. */
  readonly step: string;
  /** Number of the pass through the steps that the run was in, from 1. */
  readonly cycle: number;
  /** Whether the step returned. If not, an attempt of it had begun: what it has done, if anything, is not known. */
  readonly isFinished: boolean;
}

/** An error as a record keeps it. */
export interface KeptError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: KeptError;
  readonly errors?: readonly KeptError[];
}

/** What an execution ends of, once what it has done is undone. */
export type CompensatedEnd =
  | { readonly status: 'cancelled' }
  /** `error` is undefined once the end is recorded: the outcome has it. `unit` is the method that failed, if it was one. */
  | {
      readonly status: 'failed';
      readonly error?: KeptError | undefined;
      readonly unit?: string | undefined;
    };

/** A compensation that has failed for good. */
export interface UndoFailure extends UndoneRun {
  /** What the compensation has failed of. */
  readonly error: Pick<KeptError, 'code' | 'message' | 'name'>;
}

/** How far the compensation of an execution is. */
export interface Compensation {
  readonly end: CompensatedEnd;
  /** The first ten that failed. */
  readonly failures: readonly UndoFailure[];
  readonly failureCount: number;
  /** When it began, in epoch milliseconds. */
  readonly startedAtMs: number;
  /** How many invocations lay behind it then, wake-ups left out. */
  readonly invocationCount: number;
}

/** Runs of the same steps in cycles that follow each other: the first cycle, the number of cycles, and each step by its index. */
type Block = readonly [firstCycle: number, cycleCount: number, ...steps: number[]];

/** The runs that are undone should the execution fail or be cancelled, the first one first. Small, however many cycles there were. */
export interface Undo {
  /** The names of the steps. */
  readonly names: readonly string[];
  readonly blocks: readonly Block[];
  /** How many runs there are. */
  readonly count: number;
  /** Whether the last one has not finished. */
  readonly isOpen: boolean;
  /** It may not even have begun: a process has died that could have begun it. @defaultValue it has begun */
  readonly isPresumed?: true | undefined;
  /** How far they are undone. @defaultValue nothing is being undone */
  readonly compensation?: Compensation;
}

/** At most so many runs are remembered. */
export const maxRuns = 10_000;

const nothing: Undo = Object.freeze({ names: [], blocks: [], count: 0, isOpen: false });

/** The last run: the one that is undone first. */
export function readLastRun({ names, blocks, isOpen }: Undo): UndoneRun | undefined {
  const [first, cycles, ...steps] = blocks.at(-1) ?? [0, 0];
  const step = names[steps.at(-1) ?? -1];
  return step === undefined ? undefined : { step, cycle: first + cycles - 1, isFinished: !isOpen };
}

/** Whether the last run is one of this step in this cycle, and has not finished. */
export function isRunOpen(undo: Undo | null, step: string, cycle: number): boolean {
  const last = undo?.isOpen ? readLastRun(undo) : undefined;
  return last?.step === step && last.cycle === cycle;
}

/** Remembers a run whose first attempt begins, or may have begun. */
export function addRun(undo: Undo | null, step: string, cycle: number, isPresumed = false): Undo {
  const { names, blocks, count, ...rest } = confirmRun(undo ?? nothing);
  const known = names.indexOf(step);
  const index = known < 0 ? names.length : known;
  return {
    ...rest,
    names: known < 0 ? [...names, step] : names,
    blocks: appendTo(blocks, index, cycle),
    count: count + 1,
    isOpen: true,
    ...(isPresumed && { isPresumed }),
  };
}

/** Its last run begins, which was presumed to have begun. */
export function confirmRun({ isPresumed: _isPresumed, ...undo }: Undo): Undo {
  return undo;
}

/** The last run has finished. */
export function finishRun(undo: Undo): Undo {
  return { ...confirmRun(undo), isOpen: false };
}

/** Forgets the last run. */
export function dropRun({ isPresumed: _isPresumed, ...undo }: Undo): Undo {
  const { blocks, count } = undo;
  const last = blocks.at(-1);
  if (last === undefined) return undo;
  const rest = blocks.slice(0, -1);
  const [first, cycles, ...steps] = last;
  const before: Block[] = cycles > 1 ? [[first, cycles - 1, ...steps]] : [];
  const left: Block[] = steps.length > 1 ? [[first + cycles - 1, 1, ...steps.slice(0, -1)]] : [];
  return { ...undo, blocks: [...rest, ...before, ...left], count: count - 1, isOpen: false };
}

/** Forgets all runs. */
export function dropAllRuns(undo: Undo): Undo {
  return { ...undo, names: [], blocks: [], count: 0, isOpen: false };
}

function appendTo(blocks: readonly Block[], step: number, cycle: number): readonly Block[] {
  const last = blocks.at(-1);
  if (last === undefined) return [[cycle, 1, step]];
  const [first, cycles, ...steps] = last;
  const isSameCycle = first + cycles - 1 === cycle;
  if (!isSameCycle) return [...mergeLast(blocks), [cycle, 1, step]];
  const before: Block[] = cycles > 1 ? [[first, cycles - 1, ...steps]] : [];
  return [...blocks.slice(0, -1), ...before, [cycle, 1, ...steps, step]];
}

/** A cycle that is over, and in which the same steps ran as in those right before it, becomes one of theirs. */
function mergeLast(blocks: readonly Block[]): readonly Block[] {
  const [before, last] = blocks.slice(-2);
  if (before === undefined || last === undefined) return blocks;
  const [first, cycles, ...steps] = before;
  const [lastFirst, lastCycles, ...lastSteps] = last;
  const isSame = steps.length === lastSteps.length && steps.every((step, at) => step === lastSteps[at]);
  if (!isSame || first + cycles !== lastFirst) return blocks;
  return [...blocks.slice(0, -2), [first, cycles + lastCycles, ...steps]];
}
