import type { Output } from '../console-streams';
import type { InvocationRecord } from '../record/invocation-record';
import type { RunEvent } from '../record/run-event';
import type { RunRecord } from '../record/run-record';
import type { RunReport } from '../report/run-report';
import { describeEvent } from './describe-event';
import { type Header, renderHeader } from './header';
import type { Paint } from './paint';
import { formatElapsed, renderPlainMessage } from './render-message';
import { renderProgress } from './render-progress';
import { renderSummary } from './render-summary';
import type { View } from './view';

/** How often progress is told, in milliseconds at least. */
const progressEveryMs = 5_000;

/** For files and pipes: one line for everything that happens, nothing is drawn over. */
export class PlainView implements View {
  private lastProgressMs = 0;

  constructor(
    private readonly output: Output,
    private readonly paint: Paint,
    private readonly record: RunRecord,
  ) {}

  begin(header: Header): void {
    this.print(renderHeader(header, this.paint));
  }

  show(event: RunEvent, invocation: InvocationRecord | undefined): void {
    for (const message of describeEvent(event, invocation)) this.print(renderPlainMessage(message, event.atMs));
    if (event.atMs - this.lastProgressMs >= progressEveryMs) this.tellProgress(event.atMs);
  }

  remark(text: string): void {
    this.print(text);
  }

  end(report: RunReport): void {
    for (const line of renderSummary(report, Number.POSITIVE_INFINITY, this.paint)) this.print(line);
  }

  close(): void {}

  private tellProgress(atMs: number): void {
    const progress = this.record.progress.read();
    if (progress === undefined) return;
    this.lastProgressMs = atMs;
    this.print(`${formatElapsed(atMs)}       ${renderProgress(progress)}`);
  }

  private print(line: string): void {
    this.output.write(`${line}\n`);
  }
}
