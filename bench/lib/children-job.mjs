// The function of children-chaos.mjs: a parent, and children that take their time.
import { appendFileSync } from 'node:fs';
import {
  createHandler,
  LongRunning,
  OnChildEnd,
  State,
  Step,
  startChildren,
  Terminate,
} from '../../dist/index.js';

const note = (what, id) => appendFileSync(process.env.LEDGER, `${JSON.stringify({ what, id })}\n`);

class Child {
  isDone = false;
  async work({ input: { n, ioMs } }) {
    note('begun', n);
    await new Promise((resolve) => setTimeout(resolve, ioMs));
    note('done', n);
    this.isDone = true;
  }
  isOver() {
    return this.isDone;
  }
}
class Parent {
  told = 0;
  isDone = false;
  fork({ input: { count, concurrency, ioMs } }) {
    const items = Array.from({ length: count }, (_, n) => ({ id: `c${n}`, input: { n, ioMs } }));
    return startChildren(items, { job: Child, concurrency });
  }
  join({ woken }) {
    appendFileSync(process.env.LEDGER, `${JSON.stringify({ what: 'end', told: this.told, ...woken })}\n`);
    this.isDone = true;
  }
  childEnded({ id }) {
    note('told', id);
    this.told += 1;
  }
  isOver() {
    return this.isDone;
  }
}

for (const field of ['told', 'isDone']) State()(Parent.prototype, field);
State()(Child.prototype, 'isDone');
const decorate = (decorator, { prototype }, method) =>
  decorator(prototype, method, Object.getOwnPropertyDescriptor(prototype, method));
decorate(Step(), Child, 'work');
decorate(Step(), Parent, 'fork');
decorate(Step(), Parent, 'join');
decorate(OnChildEnd(), Parent, 'childEnded');
for (const job of [Child, Parent]) {
  decorate(Terminate(), job, 'isOver');
  LongRunning({ name: job.name.toLowerCase(), safeMs: 10_000, intervalMs: 2_000 })(job);
}

export const handler = createHandler([Parent, Child]);
