import { createHash, randomBytes } from 'node:crypto';

/** How many invocations in one chain recursion detection lets pass. */
export const recursionLimit = 16;

/**
 * How many invocations of a function lie behind a call, by the trace header it came with.
 * The header is AWS's own business: handlers and their clients only pass it on.
 */
export function readChainLength(traceHeader: string | undefined, functionArn: string): number {
  return Number(readLineage(traceHeader).get(hashOf(functionArn)) ?? 0);
}

/** The trace id for an invocation: that of the call, with this invocation counted. */
export function extendTrace(traceHeader: string | undefined, functionArn: string): string {
  const lineage = readLineage(traceHeader);
  const hash = hashOf(functionArn);
  lineage.set(hash, Number(lineage.get(hash) ?? 0) + 1);
  const root =
    /Root=([^;]+)/.exec(traceHeader ?? '')?.[1] ??
    `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
  const entries = [...lineage].map(([key, count]) => `1:${key}:${count}`).join('|');
  return `Root=${root};Parent=${randomBytes(8).toString('hex')};Sampled=0;Lineage=${entries}`;
}

function readLineage(traceHeader = ''): Map<string, number> {
  const entries = /Lineage=([^;]+)/.exec(traceHeader)?.[1]?.split('|') ?? [];
  return new Map(
    entries.map((entry) => entry.split(':')).map(([, hash = '', count]) => [hash, Number(count)]),
  );
}

function hashOf(functionArn: string): string {
  return createHash('sha256').update(functionArn).digest('hex').slice(0, 8);
}
