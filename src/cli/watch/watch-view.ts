import type { ExecutionDescription } from '../../client/answers';
import { readProgress, renderStatus } from '../commands/render-execution';
import type { Output } from '../console-streams';
import { Screen } from '../view/live-view';
import type { Paint } from '../view/paint';
import { renderProgress } from '../view/render-bar';
import { renderMessage, renderPlainMessage } from '../view/render-message';
import { escapeControls, writeJson } from '../view/text';
import { describeChange, describeNow, renderLiveLines } from './describe-change';
import { type Change, hasEnded } from './watched-execution';

/** Shows what happens to an execution that is watched. */
export interface WatchView {
  show(change: Change, nowMs: number): void;
  /** The execution has ended. */
  end(execution: ExecutionDescription, nowMs: number): void;
  /** Gives the terminal back. */
  close(): void;
}

/** For a terminal: what has happened scrolls by, and how the execution stands is below it. */
export class LiveWatchView implements WatchView {
  readonly #screen: Screen;
  readonly #paint: Paint;

  constructor(output: Output, paint: Paint) {
    this.#screen = new Screen(output);
    this.#paint = paint;
  }

  show(change: Change, nowMs: number): void {
    const { columns } = this.#screen;
    for (const message of describeChange(change))
      if (message.kind !== 'start') this.#screen.print(renderMessage(message, columns, this.#paint));
    const { execution } = change;
    this.#screen.draw(hasEnded(execution) ? [] : renderLiveLines(execution, nowMs, columns, this.#paint));
  }

  end(execution: ExecutionDescription, nowMs: number): void {
    this.#screen.draw([]);
    for (const line of renderStatus(execution, nowMs, this.#paint, this.#screen.columns))
      this.#screen.print(line);
  }

  close(): void {
    this.#screen.close();
  }
}

/** How often lines that only say that it goes on are written, in milliseconds at least. */
const goesOnEveryMs = 5_000;

/** For files and pipes: one line for everything that happens, nothing is drawn over. */
export class PlainWatchView implements WatchView {
  readonly #output: Output;
  readonly #paint: Paint;
  #saidAtMs = 0;
  #said = '';

  constructor(output: Output, paint: Paint) {
    this.#output = output;
    this.#paint = paint;
  }

  show(change: Change, nowMs: number): void {
    const { execution } = change;
    const sinceMs = nowMs - execution.startedAtMs;
    for (const message of describeChange(change)) this.#write(renderPlainMessage(message, sinceMs));
    if (hasEnded(execution) || nowMs - this.#saidAtMs < goesOnEveryMs) return;
    const { progress } = execution;
    const text =
      progress === undefined ? describeNow(execution, nowMs) : renderProgress(readProgress(progress));
    if (text === this.#said) return;
    this.#said = text;
    this.#saidAtMs = nowMs;
    this.#write(
      renderPlainMessage(
        { kind: 'event', mark: ' ', tone: 'plain', number: undefined, text: escapeControls(text) },
        sinceMs,
      ),
    );
  }

  end(execution: ExecutionDescription, nowMs: number): void {
    for (const line of renderStatus(execution, nowMs, this.#paint)) this.#write(line);
  }

  close(): void {}

  #write(line: string): void {
    this.#output.write(`${line}\n`);
  }
}

/** For programs: one JSON object a line, `invocation` for each that has ended and `execution` for how it stands then. */
export class JsonWatchView implements WatchView {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  show({ execution, ended, isNews }: Change): void {
    const { executionId } = execution;
    for (const entry of ended) this.#write({ type: 'invocation', executionId, ...entry });
    if (isNews) this.#write({ type: 'execution', ...execution, history: undefined });
  }

  end(): void {}

  close(): void {}

  #write(line: object): void {
    this.#output.write(`${writeJson(line)}\n`);
  }
}
