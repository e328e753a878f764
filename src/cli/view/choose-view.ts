import type { ConsoleStreams, Output } from '../console-streams';
import type { RunEvent, RunRecord, Taken } from '../run/run-record';
import type { RunReport } from '../run/run-report';
import { describeFact } from './describe-line';
import { LiveView, Screen } from './live-view';
import { choosePaint } from './paint';
import { PlainView } from './plain-view';
import { writeJson } from './text';
import type { View } from './view';

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
