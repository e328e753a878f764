import { localTimeVariables, scaleTimes } from '../../runtime/core/execution/local-time';
import { CliError } from '../command';
import { listJobs } from '../doctor/facts';
import { readJobFacts } from '../doctor/read-job';
import { formatDuration } from '../view/text';

/** What a job's times have to fit. */
export interface TimeFrame {
  /** The bundle or source. */
  readonly file: string;
  /** `file.export`, or the export. */
  readonly handler: string;
  /** The directory of the code asset that the file is in. */
  readonly directory?: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The time-out here. */
  readonly timeoutMs: number;
  /** The time-out that the job was written for. */
  readonly designedForMs: number;
  readonly scalesTime: boolean;
  readonly skipsWaits: boolean;
}

/** How the times of a job are changed for this machine. */
export interface FittedTime {
  readonly variables: Readonly<Record<string, string>>;
  /** For the first line of the output. */
  readonly remarks: readonly string[];
}

/** What an invocation needs beside the safe window to get anywhere, in milliseconds. */
const leastWorkMs = 50;

/** The time-out that a job is written for when no template says it. */
export const defaultDesignMs = 900_000;

/**
 * Finds out whether the job's safe window fits the time-out, before anything runs.
 * A job that cannot be read is left to its own cold start, which says why.
 *
 * @throws CliError when no invocation would do a step
 */
export async function fitTime({
  timeoutMs,
  designedForMs,
  scalesTime,
  skipsWaits,
  ...code
}: TimeFrame): Promise<FittedTime> {
  const scale = scalesTime ? Math.min(1, timeoutMs / designedForMs) : 1;
  const variables = {
    ...(scale < 1 && { [localTimeVariables.scale]: String(scale) }),
    ...(skipsWaits && { [localTimeVariables.skipWaits]: '1' }),
  };
  const reading = await readJobFacts(code);
  if (reading.kind !== 'known') return { variables, remarks: [] };
  const { name, safeMs } = listJobs(reading).reduce((one, other) =>
    other.safeMs > one.safeMs ? other : one,
  );
  const scaled = scaleTimes({ safeMs, reserveMs: safeMs, intervalMs: safeMs }, scale).safeMs;
  if (scaled + leastWorkMs > timeoutMs) throw noTimeError(name, safeMs, scaled, timeoutMs, scalesTime);
  const remarks = [
    ...(scaled < safeMs ? [`safeMs ${scaled} of ${safeMs}`] : []),
    ...(skipsWaits ? ['waits skipped'] : []),
  ];
  return { variables, remarks };
}

function noTimeError(
  job: string,
  safeMs: number,
  scaledMs: number,
  timeoutMs: number,
  scalesTime: boolean,
): CliError {
  const window = scaledMs < safeMs ? `${safeMs} ms, scaled to ${scaledMs} ms` : `${safeMs} ms`;
  return new CliError({
    problem: `Job ${job} could do no step: its safe window (safeMs) is ${window}, and an invocation is killed after ${formatDuration(timeoutMs)}.`,
    fix: scalesTime
      ? `Give it more time: --timeout ${Math.ceil((scaledMs * 3) / 1_000)}s.`
      : 'Add --scale-time, which runs safeMs, reserveMs and intervalMs in proportion, or give it a longer --timeout.',
  });
}
