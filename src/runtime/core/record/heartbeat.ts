import type { ReportedProgress } from '../execution/trail';
import { reservedPrefix } from '../message/arrival';
import { isRecord } from '../state/json';

/** The longest id that a store has to keep, in characters. */
const maxIdLength = 256;

/** What the owner of an execution says of itself while a unit of work runs for long without a checkpoint. */
export interface Heartbeat {
  /** The owner's claim: a heartbeat of an earlier one says nothing. */
  readonly epoch: number;
  /** In epoch milliseconds. */
  readonly atMs: number;
  /** The last progress that was reported, if any. */
  readonly progress?: ReportedProgress | undefined;
}

/**
 * The id under which the store keeps a small record beside that of an execution. No execution has it.
 *
 * @param digest - makes a short text of any text, always the same one
 */
export function nameCompanion(
  kind: 'heartbeat' | 'history',
  executionId: string,
  digest: (text: string) => string,
): string {
  const id = `${reservedPrefix}${kind}:${executionId}`;
  return id.length <= maxIdLength ? id : `${reservedPrefix}${kind}:${digest(executionId)}`;
}

/** Whether an id is that of a history. */
export function isHistory(id: string): boolean {
  return id.startsWith(`${reservedPrefix}history:`);
}

/** Writes a heartbeat as text. */
export function writeHeartbeat(heartbeat: Heartbeat): string {
  return JSON.stringify({ v: 1, ...heartbeat });
}

/** Reads the heartbeat of a claim; undefined when it is another claim's, or cannot be read: then nothing was heard. */
export function readHeartbeat(text: string, epoch: number): Heartbeat | undefined {
  try {
    const heartbeat: unknown = JSON.parse(text);
    return isRecord(heartbeat) && heartbeat.epoch === epoch && Number.isFinite(heartbeat.atMs)
      ? (heartbeat as unknown as Heartbeat)
      : undefined;
  } catch {
    return undefined;
  }
}
