/** A structured line that the runtime, or the handler's own logger, has written. */
export interface LogEntry {
  readonly level?: unknown;
  readonly message: string;
  readonly executionId?: unknown;
  readonly [field: string]: unknown;
}

/** Reads a line of JSON with a `message`; anything else is not a structured one. */
export function readLogEntry(line: string): LogEntry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry: unknown = JSON.parse(line);
    return isEntry(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(entry: unknown): entry is LogEntry {
  return typeof entry === 'object' && entry !== null && typeof (entry as Partial<LogEntry>).message === 'string';
}

/** A field that should be a number; `undefined` when it is not. */
export function readNumber(entry: LogEntry, field: string): number | undefined {
  const value = entry[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A field that should be text; `undefined` when it is not. */
export function readText(entry: LogEntry, field: string): string | undefined {
  const value = entry[field];
  return typeof value === 'string' ? value : undefined;
}
