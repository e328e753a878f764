import { addDeclaration, type DecoratorName, findPlacement } from '../metadata/declaration';

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
