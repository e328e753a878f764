import type { Judge } from './rule';
import { show } from './show';

/** Judges `codec`. */
export const judgeCodec: Judge = ({ value }) => {
  const codec = value as { encode?: unknown; decode?: unknown } | null;
  if (typeof codec?.encode === 'function' && typeof codec.decode === 'function') return undefined;
  return {
    problem: `codec (${show(value)}) must have the functions encode and decode.`,
    cure: 'Write codec: { encode: (value) => …, decode: (stored) => … }.',
  };
};
