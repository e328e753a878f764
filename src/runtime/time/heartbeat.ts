import type { ReportedProgress } from '../core/execution/trail';
import { describeError } from '../core/record/describe-error';
import { nameCompanion, writeHeartbeat } from '../core/record/heartbeat';
import type { CheckpointStore, Clock, Logger, Platform } from '../ports';

/** An owner that writes nothing else writes a heartbeat this often, in milliseconds. */
const maxHeartbeatMs = 15_000;
/** A shorter patience with silent owners wants heartbeats more often: this share of it. */
const patienceShare = 0.3;
/** Never more often than this, in milliseconds. */
const minHeartbeatMs = 250;
/** A heartbeat is of no use any more after a day: stores with a time to live delete it. */
const keptForMs = 86_400_000;
/** What heartbeats are listed under: no job has this name. */
const jobOfHeartbeats = 'lambda-baton:heartbeat';

/** How often an owner gives a heartbeat, in milliseconds, when its delivery may take over after this long. */
export function readHeartbeatMs(retryAfterMs: number): number {
  if (retryAfterMs === 0) return maxHeartbeatMs;
  return Math.min(maxHeartbeatMs, Math.max(minHeartbeatMs, Math.floor(retryAfterMs * patienceShare)));
}

/** What a heartbeat is made of. */
export interface HeartbeatDeps {
  readonly store: CheckpointStore;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly executionId: string;
  /** The owner's claim. */
  readonly epoch: number;
}

/** Tells the store that the owner of an execution is alive while it has nothing else to write. A failure is a warning: the work goes on. */
export class Heartbeat {
  #revision: string | undefined;
  #inFlight: Promise<void> | undefined;
  readonly #id: string;
  readonly #deps: HeartbeatDeps;

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps;
    this.#id = nameCompanion('heartbeat', deps.executionId, deps.platform.digest);
  }

  /** Writes a heartbeat, unless one is under way. */
  beat(progress: ReportedProgress | undefined): void {
    this.#inFlight ??= this.#write(progress).finally(() => {
      this.#inFlight = undefined;
    });
  }

  /** Waits for a heartbeat that is under way. */
  async settle(): Promise<void> {
    await this.#inFlight;
  }

  async #write(progress: ReportedProgress | undefined): Promise<void> {
    try {
      this.#revision = (await this.#save(progress, this.#revision)) ?? (await this.#saveOver(progress));
    } catch (error) {
      this.#deps.logger.warn(
        'heartbeat could not be written; a second delivery may take this invocation for dead',
        {
          error: describeError(error),
        },
      );
    }
  }

  /** Another claim has left a heartbeat under this id. */
  async #saveOver(progress: ReportedProgress | undefined): Promise<string | undefined> {
    return this.#save(progress, (await this.#deps.store.load(this.#id))?.revision);
  }

  #save(progress: ReportedProgress | undefined, expected: string | undefined): Promise<string | undefined> {
    const { store, clock, epoch } = this.#deps;
    const nowMs = clock.now();
    const head = writeHeartbeat({ epoch, atMs: nowMs, ...(progress && { progress }) });
    const entry = {
      executionId: this.#id,
      job: jobOfHeartbeats,
      status: 'cancelled' as const,
      startedAtMs: 0,
    };
    return store.save({ ...entry, expiresAtMs: nowMs + keptForMs, head, state: '' }, expected);
  }
}
