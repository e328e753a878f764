import { addDeclaration, type DecoratorName, findPlacement } from '../metadata/declaration';
import type {
  Directive,
  StartChildrenDirective,
  WaitDirective,
  WaitForSignalDirective,
} from '../runtime/core/execution/directives';
import type { StepContext } from '../runtime/step/step-context';

/** What every decorator returns; the declared types of each are narrower. */
type LegacyDecorator = (target: unknown, member?: unknown, descriptor?: unknown) => void;

/**
 * Makes the legacy decorator that writes down what it was called with and where it stands.
 *
 * Never throws and never checks: `readJob` reports everything together. Where the decorator was used without parentheses,
 * this call is already its application, and nothing may be returned lest it replace the class or the method.
 */
export function declare(decorator: DecoratorName, args: readonly unknown[]): LegacyDecorator | undefined {
  if (isApplication(args)) {
    apply(decorator, undefined, args, true);
    return undefined;
  }
  return (...applied) => apply(decorator, args[0], applied, false);
}

function apply(
  decorator: DecoratorName,
  options: unknown,
  applied: readonly unknown[],
  isBare: boolean,
): void {
  const [target, member, descriptor] = applied;
  if (isStandardContext(member)) {
    addDeclaration(target, {
      decorator,
      member: undefined,
      placement: 'class',
      options,
      misuse: 'standard-decorators',
    });
    return;
  }
  const place = {
    member: member as string | symbol | undefined,
    placement: findPlacement(target, member, descriptor),
  };
  addDeclaration(target, { decorator, options, ...place, ...(isBare && { misuse: 'no-parentheses' }) });
}

/** A decorator takes at most one argument, and options are never a class: anything else is `@Step` in place of `@Step()`. */
function isApplication(args: readonly unknown[]): boolean {
  return (
    args.length > 1 ||
    (typeof args[0] === 'function' && /^class\b/.test(Function.prototype.toString.call(args[0])))
  );
}

/** Standard (TC39) decorators pass a context object where legacy ones pass the member's name. */
function isStandardContext(member: unknown): boolean {
  return typeof member === 'object' && member !== null && 'kind' in member;
}

/*
 * Where a decorator does not fit, the type of its last parameter becomes a text that says why: it is what the compiler prints.
 */

/** The instance side of a class. A class itself has a `prototype`, so this makes a decorator on a static member an error of the compiler. */
type InstanceSide = object & { readonly prototype?: never };

// biome-ignore lint/suspicious/noExplicitAny: the context's type depends on the job's input, which a decorator cannot know
type AnyContext = StepContext<any>;
// biome-ignore lint/suspicious/noExplicitAny: methods of any shape
type AnyMethod = (...parameters: any[]) => unknown;
// biome-ignore lint/suspicious/noConfusingVoidType: a method that returns nothing returns void
type Nothing = undefined | void;

/** A decorator of methods that are called with the `StepContext`, or with nothing. */
export type ContextMethodDecorator = <Method>(
  target: InstanceSide,
  member: string,
  descriptor: CheckContext<Method, 'hook'>,
) => void;

/** A decorator of the predicate that ends the execution. */
export type PredicateDecorator = <Method>(
  target: InstanceSide,
  member: string,
  descriptor: CheckPredicate<Method>,
) => void;

/** A decorator of the method that is told about a failure. */
export type FailureMethodDecorator = <Method>(
  target: InstanceSide,
  member: string,
  descriptor: CheckFailureMethod<Method>,
) => void;

/** A decorator of the methods that are called with what others have sent, and the `StepContext`. */
export type ToldMethodDecorator = <Method>(
  target: InstanceSide,
  member: string,
  descriptor: CheckToldMethod<Method>,
) => void;

/** A decorator of steps. `Named` is what the step's options name: methods of the class, like the targets of its directives. */
export type StepDecorator<Named extends string = never> = <Target extends InstanceSide, Method>(
  target: Target,
  member: string,
  descriptor: CheckStep<Method, Target, Named>,
) => void;

/** A decorator of fields. The third parameter makes its use on a method an error of the compiler. */
export type FieldDecorator = (target: InstanceSide, member: string, descriptor?: never) => void;

type CheckContext<Method, What extends string> = Method extends (context: AnyContext) => unknown
  ? TypedPropertyDescriptor<Method>
  : ContextFault<Method, What>;

type CheckPredicate<Method> =
  Any<Method> extends true
    ? TypedPropertyDescriptor<Method>
    : Method extends (context: AnyContext) => infer Result
      ? [Result] extends [boolean | PromiseLike<boolean>]
        ? TypedPropertyDescriptor<Method>
        : 'The @Terminate predicate returns true or false.'
      : ContextFault<Method, 'predicate'>;

// biome-ignore lint/suspicious/noExplicitAny: anything can be thrown
type CheckFailureMethod<Method> = Method extends (error: any, context: AnyContext) => unknown
  ? TypedPropertyDescriptor<Method>
  : 'The @OnFailure hook is called with the error and the StepContext.';

// biome-ignore lint/suspicious/noExplicitAny: what is told is of any type
type CheckToldMethod<Method> = Method extends (told: any, context: AnyContext) => unknown
  ? TypedPropertyDescriptor<Method>
  : 'The method is called with what it is told and the StepContext.';

type CheckStep<Method, Target, Named extends string> =
  Any<Method> extends true
    ? TypedPropertyDescriptor<Method>
    : Method extends (context: AnyContext) => infer Result
      ? [Unfit<Result>] extends [never]
        ? [UnfitCompensation<Named, Target>] extends [never]
          ? CheckNames<Named | TargetOf<Result>, Target, Method>
          : `The compensating method '${UnfitCompensation<Named, Target>}' takes one parameter at most, the StepContext.`
        : 'A step returns nothing or a directive (goTo, wait, waitUntil, complete); a generator yields nothing or a wait.'
      : ContextFault<Method, 'step'>;

type ContextFault<Method, What extends string> = Method extends AnyMethod
  ? `A ${What} takes one parameter at most, the StepContext.`
  : `A ${What} is a method.`;

/** A plain `PropertyDescriptor`, as those have who apply a decorator by hand: nothing is known of its method. */
type Any<Type> = 0 extends 1 & Type ? true : false;

type StepAnswer = Directive | Nothing;
/** What a generator may yield. */
type Pause = StartChildrenDirective | WaitDirective | WaitForSignalDirective;

/** What of a step's result is no directive. What is `unknown` may be one. */
type Unfit<Result> = unknown extends Result
  ? never
  : Result extends StepAnswer
    ? never
    : Result extends PromiseLike<infer Answer>
      ? UnfitPart<Answer, StepAnswer>
      : Result extends
            | Generator<infer Yielded, infer Answer, never>
            | AsyncGenerator<infer Yielded, infer Answer, never>
        ? UnfitPart<Answer, StepAnswer> | UnfitPart<Yielded, Nothing | Pause>
        : Result;

type UnfitPart<Part, Fit> = unknown extends Part ? never : Exclude<Part, Fit>;

/** The steps that the directives of a step's result name, as far as its type still knows. */
type TargetOf<Result> =
  Result extends PromiseLike<infer Answer>
    ? TargetOfDirective<Answer>
    : Result extends
          | Generator<infer Yielded, infer Answer, never>
          | AsyncGenerator<infer Yielded, infer Answer, never>
      ? TargetOfDirective<Answer | Yielded>
      : TargetOfDirective<Result>;

type TargetOfDirective<Answer> = Answer extends { readonly step: infer Name }
  ? Extract<Name, string>
  : Answer extends { readonly goTo?: infer Name }
    ? Extract<Name, string>
    : never;

type CheckNames<Name extends string, Target, Method> = [UnknownName<Name, Target>] extends [never]
  ? TypedPropertyDescriptor<Method>
  : `The class has no public method '${UnknownName<Name, Target>}'.`;

/** A method that is named to undo a step, and cannot be called with the context alone. */
type UnfitCompensation<Name extends string, Target> = Name extends keyof Target
  ? Target[Name] extends (context: AnyContext) => unknown
    ? never
    : Target[Name] extends AnyMethod
      ? Name
      : never
  : never;

/** A name that is no literal any more cannot be checked. */
type UnknownName<Name extends string, Target> =
  Name extends MethodName<Target> ? never : string extends Name ? never : Name;

type MethodName<Target> = {
  [Name in keyof Target]: Target[Name] extends AnyMethod ? Name : never;
}[keyof Target];
