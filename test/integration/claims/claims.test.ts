import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileCheckpointStore } from '../../../src';
import { NodePlatform } from '../../../src/runtime/adapters/node/node-platform';
import { parseRecord } from '../../../src/runtime/core/record/execution-record';
import { bundleFixture } from '../../helpers/bundle-fixture';
import { type Call, Environment } from '../environments/environment';
import type { LedgerInput } from './ledger-input';

/** One effect of a step, as its process wrote it down. */
interface Effect {
  readonly pid: number;
  readonly n: number;
  readonly key: string;
  readonly invocation: number;
}

const executionId = 'execution-1';
/** Long enough for what a process does before the safe window on a busy machine. */
const shortMs = 1_800;
const everyStep: LedgerInput = { handOffAfter: [1, 2, 3, 4] };

let bundle: string;
let directory: string;
let environments: Environment[];

beforeAll(async () => {
  bundle = await bundleFixture(join(__dirname, 'ledger-job.ts'));
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'claims-'));
  environments = [];
});
afterEach(async () => {
  delete process.env.BATON_RETRY_AFTER_MS;
  await Promise.all(environments.map((environment) => environment.kill()));
  rmSync(directory, { recursive: true, force: true });
});

function start(input: LedgerInput = {}) {
  return { lambdaBaton: { v: 1, start: { executionId, input } } };
}

function open(): Environment {
  const environment = new Environment(bundle, join(directory, 'store'), join(directory, 'ledger'));
  environments.push(environment);
  return environment;
}

/** Lets the processes that are opened from now on take over from a silent owner at once. */
function takeOverAtOnce(): void {
  process.env.BATON_RETRY_AFTER_MS = '0';
}

/** After a death an invocation hands over at its first safe point: the next one is run, too. */
async function runToEnd(environment: Environment, call: Call): Promise<unknown> {
  let answer = (await environment.call(call)) as { readonly status?: string };
  for (let next = 1; answer.status === 'handed-off' && next <= 5; next += 1) {
    answer = (await environment.call({
      event: environment.sent.at(-1)?.event,
      awsRequestId: `next-${next}`,
    })) as typeof answer;
  }
  return answer;
}

function readEffects(): Effect[] {
  const ledger = join(directory, 'ledger');
  if (!existsSync(ledger)) return [];
  return readFileSync(ledger, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function load() {
  return new FileCheckpointStore({ directory: join(directory, 'store') }).load(executionId);
}

async function readRecord() {
  return parseRecord((await load())?.head ?? '', new NodePlatform().checksum);
}

/** One to five in this order, each with the key of its own; `repeated` ran twice, with the same key. */
async function expectOneLine(repeated: number[] = []) {
  const effects = readEffects();
  const expected = [1, 2, 3, 4, 5].flatMap((n) => (repeated.includes(n) ? [n, n] : [n]));
  expect(effects.map(({ n }) => n)).toEqual(expected);
  expect(effects.map(({ key }) => key)).toEqual(expected.map((n) => `${executionId}#${n - 1}`));
  expect((await readRecord()).outcome).toEqual({ status: 'completed', result: { n: 5, sum: 15 } });
}

const completed = expect.objectContaining({ status: 'completed', result: { n: 5, sum: 15 } });
const duplicate = expect.objectContaining({ status: 'duplicate' });
const superseded = expect.objectContaining({ status: 'superseded' });
const handedOff = expect.objectContaining({ status: 'handed-off' });

describe('one of two processes that get the same start', () => {
  it('One of two processes that get the same start is refused when the other is at the same point at the same instant', async () => {
    const both = [open(), open()];
    for (const environment of both) for (const point of ['save 1', 'step 1']) environment.hold(point);
    const answers = both.map((environment, index) =>
      environment.call({ event: start(), awsRequestId: `r${index}` }),
    );
    await Promise.all(both.map((environment) => environment.reach('save 1')));
    for (const environment of both) environment.go('save 1');
    // Who won stands still in its first step, so that it cannot be done before the other has looked.
    await Promise.race(both.map((environment) => environment.reach('step 1')));
    expect(await Promise.race(answers)).toEqual(duplicate);
    for (const environment of both) environment.go('step 1');
    const settled = await Promise.all(answers);
    expect(settled).toEqual(expect.arrayContaining([completed, duplicate]));
    await expectOneLine();
  });

  it.each([
    ['has claimed, before it has begun', 'saved 1'],
    ['has begun its first step', 'step 1'],
    ['has done it, before its first commit', 'save 2'],
  ])(
    'One of two processes that get the same start is refused when it comes after the other %s',
    async (_when, point) => {
      const [one, two] = [open(), open()];
      one.hold(point);
      const slow = one.call({ event: start(), awsRequestId: 'r1' });
      await one.reach(point);
      expect(await two.call({ event: start(), awsRequestId: 'r2' })).toEqual(duplicate);
      one.go(point);
      expect(await slow).toEqual(completed);
      await expectOneLine();
    },
  );

  it('One of two processes that get the same start answers with the outcome when the other has begun and ended before it could claim', async () => {
    const [one, two] = [open(), open()];
    one.hold('save 1');
    const slow = one.call({ event: start(), awsRequestId: 'r1' });
    await one.reach('save 1');
    expect(await two.call({ event: start(), awsRequestId: 'r2' })).toEqual(completed);
    one.go('save 1');
    expect(await slow).toEqual(completed);
    await expectOneLine();
  });

  it('One of two processes that get the same start is a duplicate when it is the same delivery and the other was heard of a moment ago', async () => {
    const [one, two] = [open(), open()];
    one.hold('save 3');
    const slow = one.call({ event: start(), awsRequestId: 'r1' });
    await one.reach('save 3');
    expect(await two.call({ event: start(), awsRequestId: 'r1' })).toEqual(duplicate);
    one.go('save 3');
    expect(await slow).toEqual(completed);
    await expectOneLine();
  });

  it('One of two processes that get the same start takes over when it is the same delivery, and the other was silent for long; that one stops at its next write', async () => {
    takeOverAtOnce();
    const [one, two] = [open(), open()];
    one.hold('save 3');
    const slow = one.call({ event: start(), awsRequestId: 'r1' });
    await one.reach('save 3');
    expect(await runToEnd(two, { event: start(), awsRequestId: 'r1' })).toEqual(completed);
    const recorded = await load();
    one.go('save 3');
    expect(await slow).toEqual(superseded);
    expect(await load()).toEqual(recorded);
    await expectOneLine([2]);
  });
});

describe('a continuation', () => {
  /** Runs invocations 1 to `last` - 1, one after the other, in one process; gives the continuations by their invocation. */
  async function runUntil(last: number, environment: Environment) {
    const events = new Map<number, unknown>([[1, start(everyStep)]]);
    for (let invocation = 1; invocation < last; invocation += 1) {
      const awsRequestId = `r${invocation}`;
      expect(
        await environment.call({ event: events.get(invocation), awsRequestId, remainingMs: shortMs }),
      ).toEqual(handedOff);
      events.set(invocation + 1, environment.sent.at(-1)?.event);
    }
    return events;
  }

  it('A continuation of invocation 2 that comes while invocation 5 runs is refused, and answered with the outcome after the end', async () => {
    const [one, two] = [open(), open()];
    const events = await runUntil(5, one);
    one.hold('step 5');
    const last = one.call({ event: events.get(5), awsRequestId: 'r5' });
    await one.reach('step 5');
    expect(await two.call({ event: events.get(2), awsRequestId: 'late' })).toEqual(duplicate);
    expect(await two.call({ event: events.get(2), awsRequestId: 'r2' })).toEqual(duplicate);
    one.go('step 5');
    expect(await last).toEqual(completed);
    expect(await two.call({ event: events.get(2), awsRequestId: 'later' })).toEqual(completed);
    await expectOneLine();
  });

  it('A continuation that was accepted although its reply was lost runs once, whichever of the two comes first', async () => {
    const [one, two] = [open(), open()];
    one.loseReply(2);
    expect(
      await one.call({ event: start({ handOffAfter: [2] }), awsRequestId: 'r1', remainingMs: shortMs }),
    ).toEqual(handedOff);
    expect(new Set(one.sent.map(({ channel, invocation }) => `${invocation} by ${channel}`))).toEqual(
      new Set(['2 by lambda', '2 by sqs']),
    );
    for (const environment of [one, two]) environment.hold(environment === one ? 'save 5' : 'save 1');
    const calls = [
      one.call({ event: one.sent[0]?.event, awsRequestId: 'r2' }),
      two.call({ event: one.sent.at(-1)?.event, awsRequestId: 'from the queue' }),
    ];
    await Promise.all([one.reach('save 5'), two.reach('save 1')]);
    one.go('save 5');
    two.go('save 1');
    expect(await Promise.all(calls)).toEqual(expect.arrayContaining([completed, duplicate]));
    await expectOneLine();
  });

  it('A continuation is still refused while its twin is half-way through', async () => {
    const [one, two] = [open(), open()];
    one.loseReply(2);
    await one.call({ event: start({ handOffAfter: [2] }), awsRequestId: 'r1', remainingMs: shortMs });
    one.hold('step 4');
    const first = one.call({ event: one.sent[0]?.event, awsRequestId: 'r2' });
    await one.reach('step 4');
    expect(await two.call({ event: one.sent.at(-1)?.event, awsRequestId: 'from the queue' })).toEqual(
      duplicate,
    );
    one.go('step 4');
    expect(await first).toEqual(completed);
    await expectOneLine();
  });

  it('A continuation is not sent by an owner that was taken over before its hand-off was stored', async () => {
    takeOverAtOnce();
    const [one, two] = [open(), open()];
    one.hold('save 3');
    const slow = one.call({ event: start({ handOffAfter: [1] }), awsRequestId: 'r1', remainingMs: shortMs });
    await one.reach('save 3');
    expect(await runToEnd(two, { event: start({ handOffAfter: [1] }), awsRequestId: 'r1' })).toEqual(
      completed,
    );
    one.go('save 3');
    expect(await slow).toEqual(superseded);
    expect(one.sent).toEqual([]);
    await expectOneLine();
  });

  it('A continuation of a hand-off that was stored is sent again by the same delivery, and runs once whichever comes first', async () => {
    const [one, two] = [open(), open()];
    const input = { handOffAfter: [1] };
    one.hold('saved 3');
    const slow = one.call({ event: start(input), awsRequestId: 'r1', remainingMs: shortMs });
    await one.reach('saved 3');
    expect(await two.call({ event: start(input), awsRequestId: 'r1' })).toEqual(handedOff);
    expect(await two.call({ event: two.sent[0]?.event, awsRequestId: 'r2' })).toEqual(completed);
    one.go('saved 3');
    expect(await slow).toEqual(handedOff);
    expect(await one.call({ event: one.sent[0]?.event, awsRequestId: 'r3' })).toEqual(completed);
    await expectOneLine();
  });
});

describe('a process that is killed in the middle of a step', () => {
  async function killInStep(n: number, remainingMs: number) {
    const one = open();
    one.hold(`step ${n}`);
    void one.call({ event: start(), awsRequestId: 'r1', remainingMs });
    await one.reach(`step ${n}`);
    await one.kill();
  }

  it('A process that is killed in the middle of a step is followed by the same delivery, which repeats that one step with the same key', async () => {
    takeOverAtOnce();
    await killInStep(3, 60_000);
    expect(await runToEnd(open(), { event: start(), awsRequestId: 'r1' })).toEqual(completed);
    await expectOneLine([3]);
  });

  it('A process that is killed in the middle of a step is not followed by another delivery before its lease has ended, but after', async () => {
    const endMs = Date.now() + shortMs;
    await killInStep(3, shortMs);
    const two = open();
    expect(await two.call({ event: start(), awsRequestId: 'r2' })).toEqual(duplicate);
    const { leaseUntilMs } = await readRecord();
    expect(leaseUntilMs).toBeGreaterThanOrEqual(endMs);
    await sleep(leaseUntilMs - Date.now() + 1);
    expect(await runToEnd(two, { event: start(), awsRequestId: 'r3' })).toEqual(completed);
    await expectOneLine([3]);
  });
});

describe('an owner that stands still while its successor finishes', () => {
  it.each([
    ['in a step whose code catches everything', 'step 3', start(), [3]],
    ['before it writes a checkpoint', 'save 4', start(), [3]],
    ['after it has written one', 'saved 4', start(), []],
    ['before it writes the outcome', 'save 7', start(), []],
    ['before it hands over', 'save 4', start({ handOffAfter: [2] }), []],
  ])(
    'An owner that stands still while its successor finishes %s is refused when it wakes, answers superseded and changes nothing',
    async (_when, point, event, repeated) => {
      const [one, two] = [open(), open()];
      one.hold(point);
      const slow = one.call({ event, awsRequestId: 'r1', remainingMs: shortMs });
      await one.reach(point);
      one.stop();
      const { leaseUntilMs } = await readRecord();
      await sleep(leaseUntilMs - Date.now() + 1);
      expect(await runToEnd(two, { event, awsRequestId: 'r2' })).toEqual(completed);
      const recorded = await load();
      const effects = readEffects();
      one.go(point);
      one.wake();
      expect(await slow).toEqual(superseded);
      expect(await load()).toEqual(recorded);
      expect(readEffects()).toEqual(effects);
      expect(one.sent).toEqual([]);
      await expectOneLine(repeated);
    },
  );
});
