import { readLogEntry } from '../record/log-entry';
import type { RunEvent } from '../record/run-event';

const initError = /\tERROR\tInit Error\s/;

/** Recognises lines that tell nothing new. */
export class NoiseFilter {
  private readonly told = new Set<string>();
  private readonly failedEnvironments = new Set<string>();

  /** Whether this was said before: at another cold start, or by the runtime client before Node reports the same error once more. */
  isNoise(event: RunEvent): boolean {
    if (event.name !== 'log') return false;
    const { environmentId, line, stream } = event.about;
    const isCrashReport = stream === 'stderr' && this.failedEnvironments.has(environmentId);
    if (initError.test(line)) this.failedEnvironments.add(environmentId);
    return isCrashReport || this.isRepeated(line);
  }

  /** What is said at every cold start: a structured line that belongs to no execution. */
  private isRepeated(line: string): boolean {
    const entry = readLogEntry(line);
    if (entry === undefined || typeof entry.executionId === 'string') return false;
    const text = JSON.stringify({ ...entry, timestamp: undefined });
    const isKnown = this.told.has(text);
    this.told.add(text);
    return isKnown;
  }
}
