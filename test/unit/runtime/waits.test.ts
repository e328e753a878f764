import {
  complete,
  goTo,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  Terminate,
  wait,
  waitUntil,
} from '../../../src';
import { epochMs, RecordingSender } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 1_000, intervalMs: 100 };
const dayMs = 86_400_000;

/** With a queue, in which a wait is held back. */
function worldWithQueue(): VirtualWorld {
  return virtualWorld({ senders: [new RecordingSender({ maxDelaySeconds: 900 })] });
}

describe('a generator that yields a wait', () => {
  it.each([
    ['that fits is slept, in the same invocation', 10, 1],
    ['that does not fit is waited for in the queue', 600, 4],
  ])(
    'A generator that yields a wait %s, and is called again from its top afterwards',
    async (_what, seconds, invocationCount) => {
      const world = worldWithQueue();
      const story: string[] = [];
      const at = () => `${(world.clock.now() - epochMs) / 1_000} s`;

      @LongRunning(times)
      class Polls {
        @State() answers = 0;
        @Step() async *poll({ idempotencyKey }: StepContext) {
          story.push(`${at()}: asks for the ${this.answers + 1}th time with ${idempotencyKey}`);
          this.answers += 1;
          if (this.answers <= 3) yield wait({ seconds });
          story.push(`${at()}: goes on`);
        }
        @Terminate() isDone() {
          return this.answers > 3;
        }
      }

      const { answer, answers } = await runJob(Polls, { world });
      expect(answer?.status).toBe('completed');
      expect(answers).toHaveLength(invocationCount);
      expect(story).toEqual([
        '0 s: asks for the 1th time with execution-1#0',
        `${seconds} s: asks for the 2th time with execution-1#1`,
        `${2 * seconds} s: asks for the 3th time with execution-1#2`,
        `${3 * seconds} s: asks for the 4th time with execution-1#3`,
        `${3 * seconds} s: goes on`,
      ]);
    },
  );

  it('A generator that yields a wait has its finally blocks run before the wait, and what it had kept until then is kept', async () => {
    const world = worldWithQueue();
    const story: string[] = [];

    @LongRunning(times)
    class Closes {
      @State() n = 0;
      @Step() *work() {
        try {
          this.n += 1;
          if (this.n === 1) yield waitUntil(new Date(epochMs + dayMs));
          story.push(`${this.n} after ${world.clock.now() - epochMs} ms`);
        } finally {
          this.n += 100;
          story.push(`closed after ${world.clock.now() - epochMs} ms`);
        }
      }
      @Terminate() isDone() {
        return this.n > 1;
      }
    }

    await runJob(Closes, { world });
    expect(story).toEqual(['closed after 0 ms', `2 after ${dayMs} ms`, `closed after ${dayMs} ms`]);
  });

  it('A generator that yields a wait goes on with the step that the wait names', async () => {
    const story: string[] = [];

    @LongRunning(times)
    class Leaves {
      @State() n = 0;
      @Step() *first() {
        story.push('first');
        yield wait({ seconds: 1, goTo: 'third' });
        story.push('never');
      }
      @Step() second() {
        story.push('second');
      }
      @Step() third() {
        story.push('third');
        this.n = 1;
      }
      @Terminate() isDone() {
        return this.n === 1;
      }
    }

    expect((await runJob(Leaves)).answer?.status).toBe('completed');
    expect(story).toEqual(['first', 'third']);
  });

  it.each([
    ['goTo', goTo('second'), 'yielded goTo("second"), which only a return can carry out'],
    ['complete', complete(1), 'yielded complete(…), which only a return can carry out'],
    [
      'a wait for a step that is none',
      wait({ seconds: 1, goTo: 'nowhere' }),
      'goTo: "nowhere" }), whose goTo is not a step',
    ],
    ['a wait of no length', wait({ seconds: Number.NaN }), 'yielded wait({ seconds: NaN })'],
  ])(
    'A generator that yields a wait fails the execution with an InvalidDirectiveError when it yields %s',
    async (_what, directive, reason) => {
      const story: string[] = [];

      @LongRunning(times)
      class Steers {
        @Step() *first(): Generator<unknown> {
          yield directive;
          story.push('went on');
        }
        @Step() second() {
          story.push('second');
        }
        @Terminate() isDone() {
          return story.length > 0;
        }
      }

      const { error } = await runJob(Steers);
      expect(error).toMatchObject({
        cause: { code: 'INVALID_DIRECTIVE', message: expect.stringContaining(reason) },
      });
      expect(story).toEqual([]);
    },
  );

  it('A generator that yields a wait is refused where it is no step: in @OnComplete nothing would come of it', async () => {
    @LongRunning(times)
    class Ends {
      @Step() work() {}
      @Terminate() isDone() {
        return true;
      }
      @OnComplete() *end(): Generator<unknown> {
        yield wait({ seconds: 1 });
      }
    }

    expect((await runJob(Ends)).error).toMatchObject({
      cause: { code: 'INVALID_DIRECTIVE', details: { method: 'end' } },
    });
  });
});

describe('a wait that names the step after it', () => {
  it('A wait that names the step after it lets a step poll: it is the same step again', async () => {
    const world = worldWithQueue();
    const atSeconds: number[] = [];

    @LongRunning(times)
    class Polls {
      @State() polls = 0;
      @Step() poll() {
        atSeconds.push((world.clock.now() - epochMs) / 1_000);
        this.polls += 1;
        return this.polls < 4 ? wait({ seconds: 300, goTo: 'poll' }) : undefined;
      }
      @Step() report() {
        atSeconds.push(-1);
      }
      @Terminate() isDone() {
        return this.polls === 4;
      }
    }

    expect((await runJob(Polls, { world })).answer?.status).toBe('completed');
    expect(atSeconds).toEqual([0, 300, 600, 900, -1]);
  });

  it.each([
    [
      'wait',
      wait({ seconds: 1, goTo: 'nowhere' }),
      'returned wait({ seconds: 1, goTo: "nowhere" }), whose goTo is not a step.',
    ],
    [
      'waitUntil',
      waitUntil(new Date(epochMs), { goTo: 'nowhere' }),
      `, { goTo: "nowhere" }), whose goTo is not a step.`,
    ],
    [
      'wait, by something that is no name',
      wait({ seconds: 1, goTo: 7 as never }),
      'goTo: 7 }), whose goTo is not a step.',
    ],
  ])(
    'A wait that names the step after it is an InvalidDirectiveError when there is no such step: %s',
    async (_what, directive, reason) => {
      @LongRunning(times)
      class Lost {
        // @ts-expect-error no such step
        @Step() work() {
          return directive;
        }
        @Terminate() isDone() {
          return false;
        }
      }

      const { error } = await runJob(Lost);
      expect(error).toMatchObject({
        cause: { code: 'INVALID_DIRECTIVE', message: expect.stringContaining(reason) },
      });
      expect((error as { cause: Error }).cause.message).toMatch(/→ Go to one of: work\.$/);
    },
  );
});

describe('a wait that would end beyond limits.maxDurationMs', () => {
  it.each(['returned', 'yielded'])(
    'A wait that would end beyond limits.maxDurationMs is refused at once, naming the limit, when it is %s',
    async (how) => {
      const world = worldWithQueue();

      @LongRunning({ ...times, limits: { maxDurationMs: dayMs } })
      class Late {
        @Step() returned(): unknown {
          return how === 'returned' ? wait({ seconds: 2 * 86_400 }) : undefined;
        }
        @Step() *yielded(): Generator<unknown> {
          if (how === 'yielded') yield waitUntil(new Date(epochMs + 2 * dayMs));
        }
        @Terminate() isDone() {
          return false;
        }
      }

      const { error, sent } = await runJob(Late, { world });
      expect(error).toMatchObject({
        cause: { code: 'FUSE_BLOWN', details: { limit: 'maxDurationMs', allowed: dayMs } },
      });
      expect(world.clock.now()).toBe(epochMs);
      expect(sent).toEqual([]);
    },
  );
});
