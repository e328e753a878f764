import { readLogEntry } from '../record/log-entry';
import type { RunEvent } from '../record/run-event';

/** Recognises what is said again at every cold start and says nothing new: a structured line that belongs to no execution. */
export class RepeatFilter {
  private readonly told = new Set<string>();

  isRepeated(event: RunEvent): boolean {
    if (event.name !== 'log') return false;
    const entry = readLogEntry(event.about.line);
    if (entry === undefined || typeof entry.executionId === 'string') return false;
    const text = JSON.stringify({ ...entry, timestamp: undefined });
    const isKnown = this.told.has(text);
    this.told.add(text);
    return isKnown;
  }
}
