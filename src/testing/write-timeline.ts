import type { KeyCollision } from './effect-ledger';
import type {
  ContinuationRun,
  DeadLetter,
  InvocationRun,
  JobOutcome,
  StepCall,
  StepRun,
} from './run-records';

/** What a timeline is written from. */
export interface TimelineFacts {
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly outcome: JobOutcome;
  readonly steps: readonly StepRun[];
  readonly invocations: readonly InvocationRun[];
  readonly continuations: readonly ContinuationRun[];
  readonly deadLetters: readonly DeadLetter[];
  readonly keyCollisions: readonly KeyCollision[];
}

/** Writes a run as text: one line per invocation, its steps and what it sent below it. */
export function writeTimeline(run: TimelineFacts): string {
  const lines = run.invocations.flatMap((invocation) => describeInvocation(run, invocation));
  const letters = run.deadLetters.map(
    ({ channel, delivery, reason }) => `dead letter: ${channel} ${delivery} (${reason})`,
  );
  const collisions = run.keyCollisions.map(({ key, whats }) => `one key, ${key}: ${whats.join(', ')}`);
  const count = run.invocations.length;
  const end = `${run.outcome} after ${formatDuration(run.durationMs)} in ${count} ${count === 1 ? 'invocation' : 'invocations'}`;
  return [...lines, ...letters, ...collisions, end].join('\n');
}

function describeInvocation(run: TimelineFacts, invocation: InvocationRun): string[] {
  const { call, channel, delivery, receiveCount, startedAtMs, durationMs, end, reason } = invocation;
  const again = receiveCount > 1 ? `, delivery ${receiveCount}` : '';
  const why = reason === undefined ? '' : ` (${reason})`;
  const at = formatDuration(startedAtMs - run.startedAtMs);
  return [
    `${at} #${call} by ${channel} ${delivery}${again}: ${end}${why} after ${formatDuration(durationMs)}`,
    ...describeCalls(run, call),
    ...run.continuations.filter((continuation) => continuation.call === call).map(describeContinuation),
  ];
}

/** Calls of the same step in a row take one line. */
function describeCalls(run: TimelineFacts, call: number): string[] {
  const lines: { text: string; count: number }[] = [];
  const calls = run.steps.flatMap((step) => step.calls.map((one) => ({ name: step.name, one })));
  const ofInvocation = calls
    .filter(({ one }) => one.call === call)
    .sort((a, b) => a.one.startedAtMs - b.one.startedAtMs);
  for (const { name, one } of ofInvocation) {
    const text = describeCall(name, one);
    const last = lines.at(-1);
    if (last?.text === text) last.count += 1;
    else lines.push({ text, count: 1 });
  }
  return lines.map(({ text, count }) => `  ${text}${count > 1 ? ` × ${count}` : ''}`);
}

function describeCall(name: string, { attempt, durationMs, end, error }: StepCall): string {
  const nth = attempt > 1 ? ` attempt ${attempt}` : '';
  const took = durationMs > 0 ? ` ${formatDuration(durationMs)}` : '';
  const ends = {
    'cut-off': ' cut off',
    returned: '',
    stopped: ' stopped',
    threw: ` threw ${describeThrown(error)}`,
  };
  return `${name}${nth}${took}${ends[end]}`;
}

function describeThrown(error: unknown): string {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return typeof message === 'string' ? `${String(name)}: ${message.split('\n')[0]}` : String(error);
}

/** Without its size, which changes with the version of this package. */
function describeContinuation({ channel, delaySeconds, invocation }: ContinuationRun): string {
  const delay = delaySeconds > 0 ? ` after ${formatDuration(delaySeconds * 1_000)}` : '';
  return `  → invocation ${invocation} by ${channel}${delay}`;
}

const units: readonly [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** `0 ms`, `1 m 30 s`: every unit that is not nothing, the largest first. */
function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.length === 0 ? '0 ms' : parts.join(' ');
}
