import { BatonError } from './baton-error';

/** A step returned a directive that cannot be carried out, or `@Terminate` answered something other than `true` or `false`. */
export class InvalidDirectiveError extends BatonError<{ method: string }> {
  override readonly name = 'InvalidDirectiveError';
  readonly code = 'INVALID_DIRECTIVE';
}
