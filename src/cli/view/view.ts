import type { InvocationRecord } from '../record/invocation-record';
import type { RunEvent } from '../record/run-event';
import type { RunReport } from '../report/run-report';
import type { Header } from './header';

/** How a run is shown. */
export interface View {
  begin(header: Header): void;
  /** Called with every event, after the record has taken it in. */
  show(event: RunEvent, invocation: InvocationRecord | undefined): void;
  /** A remark about the run itself. */
  remark(text: string): void;
  end(report: RunReport): void;
  /** Leaves the terminal as it was found, whatever happens. Called once, after `end` where there is one. */
  close(): void;
}
