// What a parent writes for its children, for 100 to 10,000 of them: 50 at once, in memory. Its record must not grow with them either.
import {
  CHECKPOINT_STORE,
  CONTINUATION_SENDERS,
  createHandler,
  LOGGER,
  LongRunning,
  MemoryCheckpointStore,
  State,
  Step,
  startChildren,
  Terminate,
} from '../dist/index.js';
import { figure, roomyContext } from './lib/measure.mjs';

const concurrency = 50;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** A job of one step after the given one. */
function defineJob(name, begin) {
  class Job {
    isDone = false;
    begin(ctx) {
      return begin(ctx);
    }
    end() {
      this.isDone = true;
    }
    isOver() {
      return this.isDone;
    }
  }
  const decorate = (decorator, method) =>
    decorator(Job.prototype, method, Object.getOwnPropertyDescriptor(Job.prototype, method));
  State()(Job.prototype, 'isDone');
  for (const method of ['begin', 'end']) decorate(Step(), method);
  decorate(Terminate(), 'isOver');
  LongRunning({ name, safeMs: 60_000, intervalMs: 5_000 })(Job);
  return Job;
}

const Child = defineJob('child', () => undefined);
const Parent = defineJob('parent', ({ input: { count } }) => {
  const items = Array.from({ length: count }, (_, n) => ({ id: `c${n}`, input: { n } }));
  return startChildren(items, { job: Child, concurrency });
});

/** Runs a parent with so many children: what was sent is delivered at once, up to as many at the same time as run. */
async function run(count) {
  const store = new MemoryCheckpointStore();
  let [writeCount, maxBytes] = [0, 0];
  const counting = {
    load: (id) => store.load(id),
    save: async (entry, expected) => {
      const revision = await store.save(entry, expected);
      if (entry.executionId === 'p' && revision !== undefined) {
        writeCount += 1;
        maxBytes = Math.max(maxBytes, entry.head.length + entry.state.length);
      }
      return revision;
    },
    list: (query) => store.list(query),
  };
  const waiting = [{ lambdaBaton: { v: 1, start: { executionId: 'p', input: { count } } } }];
  const sender = {
    channel: 'lambda',
    maxBytes: 1e6,
    async send({ body }) {
      waiting.push(JSON.parse(body));
    },
  };
  const providers = [
    { token: CHECKPOINT_STORE, useValue: counting },
    { token: CONTINUATION_SENDERS, useValue: [sender] },
    { token: LOGGER, useValue: quiet },
  ];
  const handler = createHandler([Parent, Child], { providers });
  const startMs = performance.now();
  let requests = 0;
  const drain = async () => {
    for (;;) {
      const event = waiting.shift();
      if (event === undefined) return;
      requests += 1;
      await handler(event, { ...roomyContext(), awsRequestId: `request-${requests}` });
    }
  };
  while (waiting.length > 0) await Promise.all(Array.from({ length: concurrency }, drain));
  const stored = await store.load('p');
  if (stored?.status !== 'completed') throw new Error(`the parent of ${count} is ${stored?.status}`);
  return { perChild: writeCount / count, maxBytes, msPerChild: (performance.now() - startMs) / count };
}

const few = await run(100);
const some = await run(1_000);
const many = await run(10_000);
console.log(
  JSON.stringify({
    'children, 50 at once: writes of the parent’s record per child, 100 children': figure(few.perChild, ''),
    'the same, 1,000 children': figure(some.perChild, ''),
    'the same, 10,000 children': figure(many.perChild, ''),
    'writes per child of 10,000 as a multiple of 100': figure(many.perChild / few.perChild, '×', 1.2),
    'the parent’s largest record with 100 children': figure(few.maxBytes, 'bytes'),
    'with 10,000 as a multiple of it': figure(many.maxBytes / few.maxBytes, '×', 1.2),
    'a child of 10,000, start and end included': figure(many.msPerChild, 'ms'),
  }),
);
