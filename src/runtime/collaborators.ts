import type { CheckpointStore, Clock, ContinuationSender, Logger, Random, StateCodec, Timer } from './ports';

/** Everything an invocation works with, resolved from the container: what tests replace. */
export interface Collaborators {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  readonly logger: Logger;
  readonly codec: StateCodec;
  readonly senders: readonly ContinuationSender[];
  /** Undefined when the state travels in the continuation alone. */
  readonly store: CheckpointStore | undefined;
  readonly platform: Platform;
}

/** What the runtime needs of Node.js itself. */
export interface Platform {
  /** The checksum of a text, as eight hexadecimal digits. */
  checksum(text: string): string;
  /** UTF-8 bytes of a text. */
  countBytes(text: string): number;
  /** The text compressed, in Base64. */
  pack(text: string): string;
  /** The text that was packed. Throws on anything else. */
  unpack(packed: string): string;
  /** Lets the event loop turn once, so that timers and sockets get their chance between steps that never wait. */
  breathe(): Promise<void>;
}
