import type { Part } from './layout';

/** Where parts are kept: items of a table, objects of a bucket. Keys are the room's own business. */
export interface PartDeps {
  /** Writes a text under a nonce that nobody has used, and says how it was cut. */
  put(executionId: string, nonce: string, text: string, expiresAtMs: number): Promise<Part>;
  /** Reads a text whole; `undefined` when any of it is missing or has another length. */
  get(executionId: string, part: Part): Promise<string | undefined>;
  /** The keys of a part. */
  locate(executionId: string, part: Part): string[];
  /** The keys of every part of an execution, also of those that no record knows. */
  list(executionId: string): Promise<string[]>;
  /** Removes what is there of these keys. */
  remove(executionId: string, keys: readonly string[]): Promise<void>;
}
