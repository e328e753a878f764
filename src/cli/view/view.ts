import type { RunEvent, Taken } from '../run/run-record';
import type { RunReport } from '../run/run-report';
import type { Paint } from './paint';
import { formatDuration } from './text';

/** How a run is shown. */
export interface View {
  begin(header: Header): void;
  /** Called with every event, after the record has taken it in. */
  show(event: RunEvent, taken: Taken): void;
  /** A remark about the run itself. */
  remark(text: string): void;
  end(report: RunReport): void;
  /** Leaves the terminal as it was found, whatever happens. Called once, after `end` where there is one. */
  close(): void;
}

/** What is run, and with what. */
export interface Header {
  /** `baton dev`, or the command that runs an execution here instead of in the cloud. */
  readonly command: string;
  readonly options: {
    readonly file: string;
    readonly timeoutMs: number;
    readonly memoryMb: number;
    readonly recursiveLoop: 'Allow' | 'Terminate';
    readonly faults: Readonly<Record<string, number>>;
    readonly nodePath: string | undefined;
  };
  readonly seed: number;
  /** Whether there is a continuation queue. */
  readonly hasQueue: boolean;
  /** The directory that executions are kept in. */
  readonly keptIn?: string | undefined;
  /** How the times of the job are changed for this machine. */
  readonly times?: readonly string[];
}

/** The first line: what is run, and with what. */
export function renderHeader(
  { command, options, seed, hasQueue, keptIn, times = [] }: Header,
  paint: Paint,
): string {
  const { file, timeoutMs, memoryMb, recursiveLoop, faults, nodePath } = options;
  const asked = Object.entries(faults).map(([kind, probability]) => `${kind} ${probability}`);
  const facts = [
    `time-out ${formatDuration(timeoutMs)}`,
    ...times,
    `${memoryMb} MB`,
    ...(nodePath === undefined ? [] : [nodePath]),
    ...(hasQueue ? ['queue'] : []),
    ...(keptIn === undefined ? [] : [`kept in ${keptIn}`]),
    ...(recursiveLoop === 'Terminate' ? ['recursion terminates'] : []),
    ...(asked.length > 0 ? [...asked, `seed ${seed}`] : []),
  ];
  return `${paint('strong', command)} ${file} ${paint('dim', `(${facts.join(', ')})`)}`;
}
