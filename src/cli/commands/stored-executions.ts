import type { StopMark } from '../../client/answers';
import { BatonClient } from '../../client/baton-client';
import { BatonError } from '../../errors';
import { createStore } from '../../runtime/adapters/store/stores';
import { readStore, storeOptions } from '../arguments/read-store';
import { type CommandRequest, jsonOption, type OptionSpec } from '../command';
import type { Paint } from '../view/paint';
import { escapeControls, formatAge, writeCommand, writeJson } from '../view/text';

/** The argument of commands that look after one execution. */
export const executionArgument = { name: '<id>', what: 'the id of an execution' };
/** The argument of commands that look after all executions of a job. */
export const jobArgument = { name: '<job>', what: 'the name of a job' };
/** Options of every command that looks after executions. */
export const operationOptions: readonly OptionSpec[] = [...storeOptions, jsonOption];

/** What a client is made for, beside its store. */
export interface ClientNeeds {
  readonly functionName?: string;
  /** Whether a directory need not be there yet. */
  readonly isNewStoreFine?: boolean;
}

/** A client of the store that was asked for, and of the function when there is one. @throws CliError when nothing says where the store is */
export function makeClient(
  command: string,
  request: CommandRequest,
  { functionName, isNewStoreFine = false }: ClientNeeds = {},
): BatonClient {
  const signingKey = request.streams.environment.BATON_SIGNING_KEY;
  return new BatonClient({
    store: createStore(readStore(`baton ${command}`, request, isNewStoreFine, request.streams)),
    ...(functionName !== undefined && { functionName }),
    ...(signingKey && { signingKey }),
  });
}

/** Prints an answer: as one JSON object with `--json`, else line by line. */
export function printAnswer(
  { isJson, streams }: CommandRequest,
  answer: unknown,
  describe: () => readonly string[],
): void {
  streams.stdout.write(isJson ? `${writeJson(answer)}\n` : `${describe().join('\n')}\n`);
}

/** Cells that a line may take; without end where there is no terminal. */
export function readColumns({ streams: { stdout } }: CommandRequest): number {
  return stdout.isTTY === true ? stdout.columns || 80 : Number.POSITIVE_INFINITY;
}

/** A stop as it is shown: of a damaged mark nobody knows since when it stands. */
type ShownStop = StopMark | (Pick<StopMark, 'job' | 'reason'> & { readonly stoppedAtMs: null });

/** The stops of these jobs, each once. A damaged mark stops its job, and must not hide what else is known. */
export async function findStops(client: BatonClient, jobs: readonly string[]): Promise<ShownStop[]> {
  const stops = await Promise.all([...new Set(jobs)].map((job) => findStop(client, job)));
  return stops.filter((stop) => stop !== undefined);
}

async function findStop(client: BatonClient, job: string): Promise<ShownStop | undefined> {
  try {
    return await client.readStop(job);
  } catch (error) {
    if (!BatonError.is(error) || error.code !== 'CORRUPT_CONTINUATION') throw error;
    return { job, stoppedAtMs: null, reason: 'its stop mark is damaged' };
  }
}

/** One line about a job that is stopped. */
export function renderStop({ job, stoppedAtMs, reason }: ShownStop, nowMs: number, paint: Paint): string {
  const standing = stoppedAtMs === null ? 'is stopped' : `was stopped ${formatAge(nowMs - stoppedAtMs)} ago`;
  const why = reason === undefined ? '' : `: ${escapeControls(reason)}`;
  return `${paint('warn', '!')} job ${escapeControls(job)} ${standing}${why} (${writeCommand('baton resume', job)})`;
}
