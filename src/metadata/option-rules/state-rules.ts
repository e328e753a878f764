import { judgeCodec } from './judge-codec';
import { yesOrNo } from './judges';
import { Optional } from './rule';

/** What `@State` may be given. */
export class StateRules {
  @Optional(judgeCodec)
  codec: unknown;

  @Optional(yesOrNo)
  secret: unknown;
}
