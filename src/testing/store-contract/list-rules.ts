import { deepEqual, equal, ok } from 'node:assert/strict';
import type { CheckpointStore, ListedExecutions, ListQuery } from '../../runtime/ports';
import {
  type StoreRule,
  type StoreUnderTest,
  sampleExecution,
  sampleId,
  saveSurely,
  textOfBytes,
} from './store-under-test';

const { job } = sampleExecution();

/** What people see when they ask for executions. */
export const listRules: readonly StoreRule[] = [
  {
    title: 'lists by job and status, newest start first, and no more than asked for',
    async check({ store }) {
      for (let index = 0; index < 5; index += 1) {
        const status = index % 2 === 0 ? 'running' : 'failed';
        await saveSurely(
          store,
          sampleExecution({ executionId: `e${index}`, startedAtMs: index, status }),
          undefined,
        );
      }
      await saveSurely(
        store,
        sampleExecution({ executionId: 'foreign', job: 'another', startedAtMs: 9 }),
        undefined,
      );
      deepEqual(await listIds(store, { job }), ['e4', 'e3', 'e2', 'e1', 'e0']);
      deepEqual(await listIds(store, { job, status: 'failed' }), ['e3', 'e1']);
      deepEqual(await listIds(store, { job, limit: 2 }), ['e4', 'e3']);
      deepEqual(await listIds(store, { job, status: 'running', limit: 2 }), ['e4', 'e2']);
      deepEqual(await listIds(store, { job: 'nothing' }), []);
      deepEqual(await listIds(store, { status: 'cancelled' }), []);
      deepEqual(await listIds(store, { status: 'running', limit: 1 }), ['foreign']);
      deepEqual(await listIds(store, {}), ['foreign', 'e4', 'e3', 'e2', 'e1', 'e0']);
    },
  },
  {
    title: 'goes on with a list where the one before ended: what was started until then, that time included',
    async check({ store }) {
      for (let index = 0; index < 6; index += 1) {
        const status = index % 2 === 0 ? 'running' : 'failed';
        await saveSurely(
          store,
          sampleExecution({ executionId: `e${index}`, startedAtMs: 1_000 + index, status }),
          undefined,
        );
      }
      await saveSurely(
        store,
        sampleExecution({ executionId: 'foreign', job: 'another', startedAtMs: 1_003 }),
        undefined,
      );
      deepEqual(await listIds(store, { job, limit: 3 }), ['e5', 'e4', 'e3']);
      deepEqual(await listIds(store, { job, limit: 3, startedUntilMs: 1_003 }), ['e3', 'e2', 'e1']);
      deepEqual(await listIds(store, { job, limit: 3, startedUntilMs: 1_001 }), ['e1', 'e0']);
      deepEqual(await listIds(store, { job, status: 'failed', startedUntilMs: 1_004 }), ['e3', 'e1']);
      deepEqual(await listIds(store, { status: 'running', startedUntilMs: 1_003 }), ['foreign', 'e2', 'e0']);
      deepEqual(await listIds(store, { job, startedUntilMs: 999 }), []);
    },
  },
  {
    title: 'lists an execution once, with its newest head, however often it was saved',
    async check({ store, inlineLimitBytes = 400_000 }) {
      const state = textOfBytes('large ', 2 * inlineLimitBytes);
      const first = await saveSurely(store, sampleExecution({ state }), undefined);
      const second = await saveSurely(store, sampleExecution({ state, head: 'h2' }), first, {
        isStateUnchanged: true,
      });
      const newest = sampleExecution({ head: 'h3', status: 'completed', state: 'small' });
      await saveSurely(store, newest, second);
      const listed = await store.list({ job });
      equal(listed.length, 1);
      const { state: listedState, ...rest } = listed[0] ?? newest;
      const { state: savedState, ...saved } = newest;
      for (const [name, value] of Object.entries(saved))
        equal((rest as Record<string, unknown>)[name], value, name);
      ok(listedState === '' || listedState === savedState, 'the state is left out, or is the newest');
    },
  },
  {
    title: 'lists a hundred executions when nobody says how many, and up to a thousand when asked',
    async check({ store }) {
      for (let index = 0; index < 130; index += 1) {
        await saveSurely(
          store,
          sampleExecution({ executionId: `e${index}`, startedAtMs: 1_000 + index }),
          undefined,
        );
      }
      const newestFirst = Array.from({ length: 130 }, (_one, index) => `e${129 - index}`);
      deepEqual(await listIds(store, { job }), newestFirst.slice(0, 100));
      deepEqual(await listIds(store, { job, limit: 1_000 }), newestFirst);
    },
  },
  {
    title: 'lists as running or waiting what is so now, whatever it was before',
    async check({ store, reopen }) {
      let revision: string | undefined;
      for (const status of [
        'running',
        'waiting',
        'running',
        'failed',
        'running',
        'completed',
        'waiting',
        'cancelled',
      ] as const) {
        revision = await saveSurely(reopen(), sampleExecution({ status }), revision);
        for (const asked of ['running', 'waiting', status] as const) {
          deepEqual(
            await listIds(store, { job, status: asked }),
            asked === status ? [sampleId] : [],
            `${asked} after ${status}`,
          );
          deepEqual(
            await listIds(reopen(), { status: asked }),
            asked === status ? [sampleId] : [],
            `${asked} of all jobs after ${status}`,
          );
        }
      }
    },
  },
  {
    title: 'gives all that is live page by page, each execution once, when it knows such pages',
    async check({ store }) {
      const live: string[] = [];
      for (let index = 0; index < 45; index += 1) {
        const status = (['running', 'waiting', 'completed', 'failed'] as const)[index % 4] ?? 'running';
        const execution = sampleExecution({
          executionId: `e${index}`,
          startedAtMs: 1_000 + (index % 7),
          status,
        });
        await saveSurely(store, execution, undefined);
        if (index % 4 < 2) live.push(execution.executionId);
      }
      await saveSurely(store, sampleExecution({ executionId: 'foreign', job: 'another' }), undefined);
      if ((await store.list({ live: { after: null } })).next === undefined) return;
      deepEqual((await readLive(store, { job, limit: 10 })).sort(), live.sort());
      deepEqual((await readLive(store, { limit: 1_000 })).sort(), [...live, 'foreign'].sort());
      deepEqual(await readLive(store, { job: 'nothing' }), []);
    },
  },
  ...(['before', 'after'] as const).map((when) => ({
    title: `lists what is live when its writer has died ${when} any of its requests`,
    async check({ store, openDying }: StoreUnderTest) {
      if (openDying === undefined) return;
      for (const [count, before] of [undefined, 'completed' as const].entries()) {
        let isWritten = false;
        for (let request = 1; request <= maxRequests && !isWritten; request += 1) {
          const executionId = `e${count}-${request}`;
          const revision =
            before && (await saveSurely(store, sampleExecution({ executionId, status: before }), undefined));
          isWritten = await openDying(request, when)
            .save(sampleExecution({ executionId }), revision)
            .then((written) => written !== undefined)
            .catch(() => false);
          const stored = await store.load(executionId);
          const listed = await listIds(store, { status: 'running', limit: 1_000 });
          equal(
            listed.includes(executionId),
            stored?.status === 'running',
            `${executionId} is listed when it is there`,
          );
        }
        ok(isWritten, `a writer that never dies gets through with ${maxRequests} requests`);
      }
    },
  })),
];

/** More requests than a write of a small state takes. */
const maxRequests = 30;

/** The ids of everything that is live, page by page. */
async function readLive(store: CheckpointStore, query: ListQuery): Promise<string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const page: ListedExecutions = await store.list({ ...query, live: { after } });
    ids.push(...page.map(({ executionId }) => executionId));
    after = page.next ?? null;
  } while (after !== null);
  return ids;
}

async function listIds(
  store: CheckpointStore,
  query: Parameters<CheckpointStore['list']>[0],
): Promise<string[]> {
  return (await store.list(query)).map(({ executionId }) => executionId);
}
