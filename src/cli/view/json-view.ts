import type { Output } from '../console-streams';
import type { RunEvent } from '../record/run-event';
import type { RunReport } from '../report/run-report';
import { describeLine } from './describe-line';
import type { View } from './view';

/** For `--json`: the report as one object on standard output; what the handler writes goes to standard error. */
export class JsonView implements View {
  constructor(
    private readonly stdout: Output,
    private readonly stderr: Output,
  ) {}

  begin(): void {}

  show(event: RunEvent): void {
    if (event.name !== 'log') return;
    const lines = describeLine(event.about.line).filter(({ kind }) => kind === 'output');
    for (const { text } of lines) this.stderr.write(`${text}\n`);
  }

  remark(): void {}

  end(report: RunReport): void {
    this.stdout.write(`${JSON.stringify(report)}\n`);
  }

  close(): void {}
}
