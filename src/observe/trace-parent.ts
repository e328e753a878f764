import type { SpanContext } from '../runtime/adapters/opentelemetry/load-api';

const parentKey = 'trace.parent';
const ownerKey = 'trace.of';

/** The root span that an execution, or the parent that started it, has. */
export interface CarriedParent {
  readonly context: SpanContext;
  /** Whose root span it is. */
  readonly executionId: string;
}

/** Writes a root span as W3C's Trace Context does, for what the runtime carries. */
export function writeParent(
  { traceId, spanId, traceFlags }: SpanContext,
  executionId: string,
): Record<string, string> {
  const flags = traceFlags.toString(16).padStart(2, '0');
  return { [parentKey]: `00-${traceId}-${spanId}-${flags}`, [ownerKey]: executionId };
}

/** Reads what was carried; undefined when nothing was, or nothing that can be read. */
export function readParent(carried: Readonly<Record<string, string>> | undefined): CarriedParent | undefined {
  const [, traceId, spanId, flags] =
    /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(carried?.[parentKey] ?? '') ?? [];
  const executionId = carried?.[ownerKey];
  if (traceId === undefined || spanId === undefined || flags === undefined || executionId === undefined)
    return undefined;
  return {
    context: { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true },
    executionId,
  };
}
