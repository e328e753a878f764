import type { Check } from './rule';
import { show } from './show';

/** Checks `codec`. */
export const checkCodec: Check = ({ value }) => {
  const codec = value as { encode?: unknown; decode?: unknown } | null;
  if (typeof codec?.encode === 'function' && typeof codec.decode === 'function') return undefined;
  return {
    problem: `codec (${show(value)}) must have the functions encode and decode.`,
    fix: 'Write codec: { encode: (value) => …, decode: (stored) => … }.',
  };
};
