/** The instance side of a class. A class itself has a `prototype`, so this makes a decorator on a static member an error of the compiler. */
export type InstanceSide = object & { readonly prototype?: never };

/** A method that is called with the `StepContext`, or with nothing. */
// biome-ignore lint/suspicious/noExplicitAny: the context's type depends on the job's input, which a decorator cannot know
export type ContextMethod<Result = unknown> = (context: any) => Result;

/** A decorator of methods that are called with the `StepContext`. */
export type ContextMethodDecorator<Result = unknown> = <Method extends ContextMethod<Result>>(
  target: InstanceSide,
  member: string,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/** A decorator of fields. The third parameter makes its use on a method an error of the compiler. */
export type FieldDecorator = (target: InstanceSide, member: string, descriptor?: never) => void;
