import { checkCodec } from './check-codec';
import { yesOrNo } from './checks';
import { Optional } from './rule';

/** What `@State` may be given. */
export class StateRules {
  @Optional(checkCodec)
  codec: unknown;

  @Optional(yesOrNo)
  secret: unknown;
}
