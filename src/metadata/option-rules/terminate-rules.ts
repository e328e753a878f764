import { oneOf } from './checks';
import { Optional } from './rule';

/** What `@Terminate` may be given. */
export class TerminateRules {
  @Optional(oneOf('cycle', 'step'))
  check: unknown;
}
