import { isUsableId } from '../runtime/core/message/execution-id';
import type { Companions } from '../runtime/core/record/execution-description';
import type { ExecutionRecord } from '../runtime/core/record/execution-record';
import { nameCompanion, readHeartbeat } from '../runtime/core/record/heartbeat';
import { readStoredHistory } from '../runtime/core/record/history';
import type { CheckpointStore, Platform, StoredRevision } from '../runtime/ports';

/** Loads what is kept beside an execution's record. What cannot be read is left out: the record alone says how the execution stands. */
export async function loadCompanions(
  store: CheckpointStore,
  platform: Pick<Platform, 'digest'>,
  executionId: string,
): Promise<(record: ExecutionRecord) => Companions> {
  if (!isUsableId(executionId)) return () => ({});
  const load = (kind: 'heartbeat' | 'history'): Promise<StoredRevision | undefined> =>
    store.load(nameCompanion(kind, executionId, platform.digest)).catch(() => undefined);
  const [history, heartbeat] = await Promise.all([load('history'), load('heartbeat')]);
  return ({ epoch }) => ({
    history: readStoredHistory(history),
    progress: heartbeat && readHeartbeat(heartbeat.head, epoch)?.progress,
  });
}
