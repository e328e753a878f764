import { deepEqual, equal, ok } from 'node:assert/strict';
import { nameCompanion, readHeartbeat, writeHeartbeat } from '../../runtime/core/record/heartbeat';
import {
  addEntries,
  emptyHistory,
  type InvocationEntry,
  maxStoredEntries,
  packHistory,
  readStoredHistory,
} from '../../runtime/core/record/history';
import { type StoreRule, sampleExecution, sampleId, saveSurely } from './store-under-test';

const progress = {
  step: 'load',
  done: 7,
  total: 9,
  note: 'ü',
  atMs: 1_795_000_000_000,
  from: 0,
  ranMs: 9,
  sinceMs: 1,
};

function makeEntry(invocation: number): InvocationEntry {
  const startedAtMs = 1_795_000_000_000 + invocation * 900_000;
  const sums = { stepCount: invocation, failedAttemptCount: 1, bytes: 18_000, costUsd: 0.006 };
  const facts = { invocation, startedAtMs, isCold: invocation === 1, version: '12', ...sums };
  if (invocation % 50 === 0) return { ...facts, heardAtMs: startedAtMs + 10, ending: 'died' };
  const isWaiting = invocation % 20 === 0;
  const wait = { ending: 'waiting', reason: 'signal', untilMs: startedAtMs + 3_600_000 } as const;
  return { ...facts, endedAtMs: startedAtMs + 880_000, ...(isWaiting ? wait : { ending: 'handed-off' }) };
}

function describeCompanion(kind: 'heartbeat' | 'history', overrides: { head?: string; state?: string }) {
  const executionId = nameCompanion(kind, sampleId, (text) => text);
  const entry = {
    job: `lambda-baton:${kind}`,
    status: 'cancelled',
    startedAtMs: 0,
    head: '',
    state: '',
  } as const;
  return sampleExecution({ ...entry, executionId, ...overrides });
}

/** What is kept beside an execution: the invocations that it has had, and how far it is. */
export const companionRules: readonly StoreRule[] = [
  {
    title:
      'keeps the history of an execution beside it: the last 200 invocations, and the sums of those before',
    async check({ store, reopen }) {
      await saveSurely(store, sampleExecution(), undefined);
      const entries = Array.from({ length: maxStoredEntries + 30 }, (_, index) => makeEntry(index + 1));
      const history = addEntries(emptyHistory, entries, maxStoredEntries);
      const saved = describeCompanion('history', { state: JSON.stringify(packHistory(history)) });
      const revision = await saveSurely(store, saved, undefined);
      deepEqual(readStoredHistory(await reopen().load(saved.executionId)), history);
      equal(
        await store.save(saved, undefined),
        undefined,
        'a history that is there is not written over unread',
      );
      await saveSurely(store, saved, revision);
    },
  },
  {
    title:
      'keeps how far an execution is beside it, as its heartbeats say, and lists neither that nor its history',
    async check({ store, reopen }) {
      const heartbeat = { epoch: 3, atMs: 1_795_000_000_000, progress };
      const saved = describeCompanion('heartbeat', { head: writeHeartbeat(heartbeat) });
      const revision = await saveSurely(store, saved, undefined);
      await saveSurely(store, describeCompanion('history', {}), undefined);
      await saveSurely(store, sampleExecution(), undefined);
      await saveSurely(store, saved, revision);
      const stored = await reopen().load(saved.executionId);
      ok(stored !== undefined, 'the heartbeat is there');
      deepEqual(readHeartbeat(stored.head, 3), { v: 1, ...heartbeat });
      const listed = await store.list({ job: sampleExecution().job });
      deepEqual(
        listed.map(({ executionId }) => executionId),
        [sampleId],
      );
    },
  },
];
