import type { JobFault } from '../../errors';
import { Judge, type Judged, Optional, YesOrNo } from './rules';
import { show } from './say';

/** What `@State` may be given. */
export class StateRules {
  @Optional()
  @Judge('codec', judgeCodec)
  codec: unknown;

  @Optional()
  @YesOrNo()
  secret: unknown;
}

function judgeCodec({ value }: Judged<unknown>): JobFault | undefined {
  const codec = value as { encode?: unknown; decode?: unknown } | null;
  if (typeof codec?.encode === 'function' && typeof codec.decode === 'function') return undefined;
  return {
    problem: `codec (${show(value)}) must have the functions encode and decode.`,
    cure: 'Write codec: { encode: (value) => …, decode: (stored) => … }.',
  };
}
