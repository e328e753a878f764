import type { JobPlan } from '../execution/job-plan';
import { type Continuation, corrupt, readContinuation } from '../message/continuation';
import { isRecord } from '../state/json';
import type { Checksum } from '../state/seal';
import type { ErrorRecord } from './describe-error';

/** How an execution ended. */
export type ExecutionOutcome =
  | { readonly status: 'cancelled' }
  | { readonly status: 'completed'; readonly result?: unknown }
  | { readonly status: 'failed'; readonly error: ErrorRecord }
  /** `running`: who had the slots, the first ten. */
  | { readonly status: 'skipped'; readonly running: readonly string[] };

/** Who has started a child, and where in its batch. */
export interface Parent {
  readonly executionId: string;
  readonly number: number;
  /** A child of an execution without a parent is at 1. */
  readonly depth: number;
  /** The jobs of its ancestors. */
  readonly jobs: readonly string[];
}

/** What a store knows of an execution beside its state: where it stands, who may go on with it, and how it ended. */
export interface ExecutionRecord {
  /** Raised by every claim: the fencing token. Only the claim with the highest one can save. */
  readonly epoch: number;
  /** Number of the write within its epoch: tells a write whose reply was lost from one that never arrived. */
  readonly writeCount: number;
  /** The invocation that was claimed last. */
  readonly invocation: number;
  /** The invocation that it handed over to; null while it is running. */
  readonly handedOffTo: number | null;
  /** The delivery that owns it: `awsRequestId`, or the SQS `messageId`. */
  readonly owner: string;
  /** Tells a claim from one that another copy of its delivery has made. Only until the owner writes for the first time. */
  readonly claimNonce?: string | undefined;
  /** When the owner is dead for certain, in epoch milliseconds: its invocation's deadline. */
  readonly leaseUntilMs: number;
  /** When the owner last wrote the record, in epoch milliseconds. @defaultValue never, in records of the first format */
  readonly heardAtMs?: number;
  /** Its owner ended in good order without having gone on: the next delivery may claim it at once, and no death is counted. */
  readonly isGivenBack?: true | undefined;
  /** The owner has reached the safe point and is handing over: a death from now on is not one of the unit of work that comes next. */
  readonly isHandingOver?: true | undefined;
  readonly isCancelRequested: boolean;
  /**
   * The wake flag. `raised`: somebody has written a fact that the execution does not know of. `seen`: its owner has cleared the flag, and
   * has not stored yet what it has read since. Undefined: there is nothing to read.
   */
  readonly wake?: 'raised' | 'seen' | undefined;
  /** Where a message reaches whoever goes on with it: the qualified ARN that it is pinned to, else the one that was invoked. */
  readonly functionArn?: string | undefined;
  /** Nobody has claimed it yet: it was written by whoever starts it, and knows neither version nor limits. */
  readonly isFresh?: true | undefined;
  /** Whose child it is. */
  readonly parent?: Parent | undefined;
  /** It was handed over, but its continuation was not sent, since AWS would have dropped it: a redrive goes on with it. */
  readonly isParked?: true | undefined;
  readonly outcome: ExecutionOutcome | null;
  /** The checksum of the state's text, which is stored beside the record. */
  readonly stateChecksum: string;
  /** The input as it was sent, when the job's `input` option made something else of it: what a repeated start is compared with. */
  readonly receivedInput?: unknown;
  readonly continuation: Continuation;
}

/** Writes a record as text, behind its checksum. */
export function writeRecord(record: ExecutionRecord, checksum: Checksum): string {
  const { continuation, ...rest } = record;
  const { input, ...place } = continuation;
  const inputText = writeInput(input);
  const start = JSON.stringify({ v: 1, ...rest }).slice(0, -1);
  const text = `${start},"continuation":${JSON.stringify(place).slice(0, -1)}${inputText}}}`;
  return `${checksum(text)} ${text}`;
}

/** Texts of inputs, which stay as they are for as long as the execution lasts, and are written with every checkpoint. */
const inputTexts = new WeakMap<object, string>();

/** The input as the last part of a continuation. One that is not frozen may have changed since it was written. */
function writeInput(input: unknown): string {
  const known = typeof input === 'object' && input !== null ? inputTexts.get(input) : undefined;
  if (known !== undefined) return known;
  const text = JSON.stringify(input);
  if (text === undefined) return '';
  const part = `,"input":${text}`;
  if (typeof input === 'object' && input !== null && Object.isFrozen(input)) inputTexts.set(input, part);
  return part;
}

/**
 * Reads a record.
 *
 * @throws CorruptContinuationError when it is damaged, IncompatibleStateError when it is of other code than this.
 */
export function readRecord(plan: JobPlan, head: string, checksum: Checksum): ExecutionRecord {
  const record = parseRecord(head, checksum);
  return { ...record, continuation: readContinuation(plan, record.continuation) };
}

/** Reads a record without asking which job it is of. */
export function parseRecord(head: string, checksum: Checksum): ExecutionRecord {
  const [sum, text] = splitOnce(head);
  if (checksum(text) !== sum) throw corrupt('the stored record does not match its checksum');
  const parsed = parseJson(text);
  if (!isRecord(parsed) || parsed.v !== 1)
    throw corrupt('the stored record is of a format that this version does not read');
  const { v: _v, ...record } = parsed;
  return record as unknown as ExecutionRecord;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw corrupt('the stored record is not JSON');
  }
}

function splitOnce(head: string): [string, string] {
  const at = head.indexOf(' ');
  return [head.slice(0, at), head.slice(at + 1)];
}
