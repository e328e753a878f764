import type { InvocationRecord } from '../record/invocation-record';
import type { RunEvent } from '../record/run-event';
import type { RunRecord } from '../record/run-record';
import type { RunReport } from '../report/run-report';
import { describeEvent } from './describe-event';
import { type Header, renderHeader } from './header';
import type { Paint } from './paint';
import { renderFrame } from './render-frame';
import { renderMessage } from './render-message';
import { renderSummary } from './render-summary';
import type { Screen } from './screen';
import type { View } from './view';

const frameMs = 100;

/** What a live view is made of. */
export interface LiveViewParts {
  readonly screen: Screen;
  readonly paint: Paint;
  readonly record: RunRecord;
  /** Milliseconds since the run began. */
  readonly readTime: () => number;
}

/** For a terminal: what has happened scrolls by, and what happens now stands below it, drawn ten times a second. */
export class LiveView implements View {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: LiveViewParts) {}

  begin(header: Header): void {
    this.parts.screen.print(renderHeader(header, this.parts.paint));
    this.timer = setInterval(() => this.draw(), frameMs);
    this.draw();
  }

  show(event: RunEvent, invocation: InvocationRecord | undefined): void {
    const { screen, paint } = this.parts;
    const messages = describeEvent(event, invocation).filter(({ kind }) => kind !== 'start');
    for (const message of messages) screen.print(renderMessage(message, screen.columns, paint));
  }

  remark(text: string): void {
    this.parts.screen.print(this.parts.paint('warn', text));
  }

  end(report: RunReport): void {
    const { screen, paint } = this.parts;
    clearInterval(this.timer);
    screen.draw([]);
    for (const line of ['', ...renderSummary(report, screen.columns, paint)]) screen.print(line);
  }

  close(): void {
    clearInterval(this.timer);
    this.parts.screen.close();
  }

  private draw(): void {
    const { screen, record, readTime, paint } = this.parts;
    screen.draw(renderFrame(record, readTime(), screen.columns, paint));
  }
}
