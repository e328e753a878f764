import type { StepContext } from '../runtime/step/step-context';

// biome-ignore lint/suspicious/noExplicitAny: methods of any shape
type AnyMethod = (...parameters: any[]) => unknown;

/** The fields of a job: everything public that is no method. What TypeScript can tell of its `@State`. */
export type StateOf<Job> = {
  readonly [Field in keyof Job as Job[Field] extends AnyMethod ? never : Field]: Job[Field];
};

/** The input that a job's methods say they take (`StepContext<Input>`); `unknown` when none does. */
export type InputOf<Job> = [DeclaredInput<Job>] extends [never] ? unknown : DeclaredInput<Job>;

type DeclaredInput<Job> = { [Method in keyof Job]: InputOfMethod<Job[Method]> }[keyof Job];

// biome-ignore lint/suspicious/noExplicitAny: methods of any shape
type InputOfMethod<Method> = Method extends (ctx: StepContext<infer Input>, ...rest: any[]) => unknown
  ? unknown extends Input
    ? never
    : Input
  : never;
