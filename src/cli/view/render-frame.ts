import type { RunRecord } from '../record/run-record';
import type { Paint } from './paint';
import { renderBar } from './render-bar';
import { renderStatus } from './render-status';

/** The live lines at the bottom of the terminal, each narrower than `columns`. */
export function renderFrame(record: RunRecord, nowMs: number, columns: number, paint: Paint): string[] {
  const width = Math.max(10, columns - 1);
  const progress = record.progress.read();
  const bar = progress === undefined ? [] : [renderBar(progress, width, paint)];
  return [...bar, renderStatus(record, nowMs, width, paint)];
}
