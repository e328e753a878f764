import type { Output } from '../console-streams';
import type { RunEvent, RunRecord, Taken } from '../run/run-record';
import type { RunReport } from '../run/run-report';
import { describeEvent } from './describe-event';
import type { Paint } from './paint';
import { renderProgress } from './render-bar';
import { formatElapsed, renderPlainMessage } from './render-message';
import { renderSummary } from './render-summary';
import { type Header, renderHeader, type View } from './view';

/** How often progress is told, in milliseconds at least. */
const progressEveryMs = 5_000;

/** For files and pipes: one line for everything that happens, nothing is drawn over. */
export class PlainView implements View {
  readonly #output: Output;
  readonly #paint: Paint;
  readonly #record: RunRecord;
  #lastProgressMs = 0;

  constructor(output: Output, paint: Paint, record: RunRecord) {
    this.#output = output;
    this.#paint = paint;
    this.#record = record;
  }

  begin(header: Header): void {
    this.remark(renderHeader(header, this.#paint));
  }

  show(event: RunEvent, taken: Taken): void {
    for (const message of describeEvent(event, taken)) this.remark(renderPlainMessage(message, event.atMs));
    if (event.atMs - this.#lastProgressMs >= progressEveryMs) this.#tellProgress(event.atMs);
  }

  remark(line: string): void {
    this.#output.write(`${line}\n`);
  }

  end(report: RunReport): void {
    for (const line of renderSummary(report, Number.POSITIVE_INFINITY, this.#paint)) this.remark(line);
  }

  close(): void {}

  #tellProgress(atMs: number): void {
    const progress = this.#record.progress.read();
    if (progress === undefined) return;
    this.#lastProgressMs = atMs;
    this.remark(`${formatElapsed(atMs)}       ${renderProgress(progress)}`);
  }
}
