import { createLogUpdate } from 'log-update';
import type { Output } from '../command';
import type { RunEvent, RunRecord, Taken } from '../run/run-record';
import type { RunReport } from '../run/run-report';
import { describeEvent } from './describe-event';
import { renderMessage } from './message';
import type { Paint } from './paint';
import { renderFrame } from './render-frame';
import { renderSummary } from './render-summary';
import { countCells } from './text';
import { type Header, renderHeader, type View } from './view';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

/** A terminal with a few live lines at its bottom and everything else scrolling above them. */
export class Screen {
  readonly #output: Output;
  readonly #update: ReturnType<typeof createLogUpdate>;
  #live: readonly string[] = [];
  #drawnColumns = 0;

  constructor(output: Output) {
    this.#output = output;
    this.#update = createLogUpdate(output as NodeJS.WritableStream, { showCursor: true });
  }

  /** Cells in a row; 80 when the terminal does not say. */
  get columns(): number {
    return this.#output.columns || 80;
  }

  /** Writes a line that stays. */
  print(line: string): void {
    const live = this.#live;
    this.#erase();
    this.#output.write(`${line}\n`);
    this.draw(live);
  }

  /** Replaces the live lines. Each has to be narrower than the terminal. */
  draw(lines: readonly string[]): void {
    if (this.#live.length === 0 && lines.length > 0) this.#output.write(hideCursor);
    if (lines.length === 0 || this.columns !== this.#drawnColumns) this.#erase();
    this.#live = lines;
    this.#drawnColumns = this.columns;
    if (lines.length > 0) this.#update(lines.join('\n'));
  }

  /** Takes the live lines away and gives the cursor back. */
  close(): void {
    this.#erase();
    this.#output.write(showCursor);
  }

  /** After the terminal became narrower, a line may stand in several rows: the library counts those that it wrote. */
  #erase(): void {
    const extra = this.#live.reduce(
      (count, line) => count + Math.max(0, Math.ceil(countCells(line) / this.columns) - 1),
      0,
    );
    if (this.#live.length > 0 && extra > 0) this.#output.write(`\u001b[${extra}A\u001b[J`);
    if (this.#live.length > 0) this.#update.clear();
    this.#live = [];
  }
}

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
  readonly #parts: LiveViewParts;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: LiveViewParts) {
    this.#parts = parts;
  }

  begin(header: Header): void {
    this.#parts.screen.print(renderHeader(header, this.#parts.paint));
    this.#timer = setInterval(() => this.#draw(), frameMs);
    this.#draw();
  }

  show(event: RunEvent, taken: Taken): void {
    const { screen, paint } = this.#parts;
    const messages = describeEvent(event, taken).filter(({ kind }) => kind !== 'start');
    for (const message of messages) screen.print(renderMessage(message, screen.columns, paint));
  }

  remark(text: string): void {
    this.#parts.screen.print(this.#parts.paint('warn', text));
  }

  end(report: RunReport): void {
    const { screen, paint } = this.#parts;
    clearInterval(this.#timer);
    screen.draw([]);
    for (const line of ['', ...renderSummary(report, screen.columns, paint)]) screen.print(line);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#parts.screen.close();
  }

  #draw(): void {
    const { screen, record, readTime, paint } = this.#parts;
    screen.draw(renderFrame(record, readTime(), screen.columns, paint));
  }
}
