import type { ConsoleStreams, Output } from '../command';
import type { RunEvent, RunRecord, Taken } from '../run/run-record';
import type { RunReport } from '../run/run-report';
import { describeEvent } from './describe-event';
import { LiveView, Screen } from './live-view';
import { describeFact, formatElapsed, renderPlainMessage } from './message';
import { choosePaint, type Paint } from './paint';
import { renderProgress } from './render-frame';
import { renderSummary } from './render-summary';
import { writeJson } from './text';
import { type Header, renderHeader, type View } from './view';

/** What a run is printed as. */
export type RunOutput = 'json' | 'quiet' | 'text';

/** The view that fits what was asked for and where it goes. */
export function chooseView(
  output: RunOutput,
  streams: ConsoleStreams,
  record: RunRecord,
  readTime: () => number,
): View {
  const { stdout, stderr, environment } = streams;
  if (output === 'json') return new JsonView(stdout, stderr);
  if (output === 'quiet') return new QuietView();
  const paint = choosePaint(environment, stdout.isTTY === true);
  const isLive = stdout.isTTY === true && environment.TERM !== 'dumb' && !environment.CI;
  return isLive
    ? new LiveView({ screen: new Screen(stdout), paint, record, readTime })
    : new PlainView(stdout, paint, record);
}

/** For `--quiet`: nothing at all. */
export class QuietView implements View {
  begin(): void {}
  show(_event: RunEvent, _taken: Taken): void {}
  remark(_text: string): void {}
  end(_report: RunReport): void {}
  close(): void {}
}

/** For `--json`: the report as one object on standard output; what the handler writes goes to standard error. */
export class JsonView extends QuietView {
  readonly #stdout: Output;
  readonly #stderr: Output;

  constructor(stdout: Output, stderr: Output) {
    super();
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  override show(_event: RunEvent, { fact }: Taken): void {
    if (fact === undefined) return;
    const lines = describeFact(fact).filter(({ kind }) => kind === 'output');
    for (const { text } of lines) this.#stderr.write(`${text}\n`);
  }

  override end(report: RunReport): void {
    this.#stdout.write(`${writeJson(report)}\n`);
  }
}

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
