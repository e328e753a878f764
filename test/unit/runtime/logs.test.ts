import fc from 'fast-check';
import {
  createHandler,
  LOGGER,
  LongRunning,
  OnComplete,
  State,
  Step,
  type StepContext,
  Terminate,
} from '../../../src';
import { JsonLogger } from '../../../src/runtime/adapters/node/loggers';
import { fakeLambdaContext, RecordingSender } from '../../../src/testing';
import { runJob } from '../../helpers/run-job';
import { type VirtualWorld, virtualWorld } from '../../helpers/virtual-world';

const times = { safeMs: 10_000, intervalMs: 5_000, reserveMs: 2_000 };

/** A job of two invocations whose first step fails one time. */
function twoInvocationJob(world: VirtualWorld) {
  @LongRunning(times)
  class Import {
    @State() pages = 0;
    @Step({ retry: { initialDelayMs: 100 } }) async readPage({ attempt, cycle }: StepContext) {
      if (cycle === 1 && attempt === 1) throw new TypeError('page 1 is missing');
      this.pages += 1;
      await world.timer.sleep(26_000);
    }
    @Terminate() isDone() {
      return this.pages === 3;
    }
  }
  return Import;
}

/** What a handler says once, before any execution: it belongs to none. */
const coldStart = 'no checkpoint store: a duplicate delivery by AWS can run an execution twice';

/** The lines of an execution, as the default logger writes them. */
async function readLines(
  jobClass: Parameters<typeof createHandler>[0],
  world: VirtualWorld,
  level?: 'debug' | 'warn',
) {
  const lines: string[] = [];
  const logger = new JsonLogger(level, (line) => lines.push(line));
  await runJob(jobClass, { world, providers: [{ token: LOGGER, useValue: logger }] });
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ message }) => message !== coldStart);
}

describe('the log of an execution', () => {
  it('The log of an execution has one line for each event, with executionId, invocation, job and step', async () => {
    const world = virtualWorld();
    const lines = await readLines(twoInvocationJob(world), world);
    const common = { executionId: 'execution-1', job: 'Import', timestamp: expect.any(String) };
    expect(lines).toMatchObject([
      {
        ...common,
        level: 'INFO',
        message: 'execution started',
        invocation: 1,
        step: 'isDone',
        remainingMs: 60_000,
      },
      {
        ...common,
        level: 'WARN',
        message: 'step failed',
        invocation: 1,
        step: 'readPage',
        attempt: 1,
        event: 'step.failed',
        willRetry: true,
        delayMs: 50,
      },
      {
        ...common,
        level: 'INFO',
        message: 'handing off',
        invocation: 1,
        step: 'isDone',
        reason: 'safe-window',
        remainingMs: 7_950,
      },
      {
        ...common,
        level: 'INFO',
        message: 'handed off',
        invocation: 1,
        step: 'isDone',
        channel: 'recording',
        stepCount: 2,
      },
      { ...common, level: 'INFO', message: 'execution resumed', invocation: 2, step: 'isDone', cycle: 3 },
      {
        ...common,
        level: 'INFO',
        message: 'execution completed',
        invocation: 2,
        step: 'isDone',
        stepCount: 3,
        failedAttemptCount: 1,
        durationMs: 78_050,
      },
    ]);
    expect(lines[1]?.error).toEqual({
      name: 'TypeError',
      message: 'page 1 is missing',
      stack: expect.stringMatching(/\n\s+at /),
    });
  });

  it('The log of an execution keeps the fields of its own from a line that brings the same', async () => {
    @LongRunning(times)
    class Impostor {
      @Step() work({ logger }: StepContext) {
        logger.info('mine', { executionId: 'another', step: 'none', invocation: 7, page: 3 });
      }
      @Terminate() isDone({ cycle }: StepContext) {
        return cycle === 2;
      }
    }
    const lines = await readLines(Impostor, virtualWorld());
    expect(lines.find(({ message }) => message === 'mine')).toMatchObject({
      executionId: 'execution-1',
      step: 'work',
      invocation: 1,
      page: 3,
    });
  });

  it('The log of an execution begins with one warning for each handler that has no store, however many invocations it runs', async () => {
    const world = virtualWorld();
    await runJob(twoInvocationJob(world), { world });
    expect(
      world.logger.lines.map(({ message }) => message).filter((message) => message === coldStart),
    ).toHaveLength(1);
    expect(world.logger.lines[0]).toEqual({ level: 'warn', message: coldStart, fields: { job: 'Import' } });
  });

  it('The log of an execution says how many bytes are handed over', async () => {
    const world = virtualWorld();
    const [line] = (await readLines(twoInvocationJob(world), world)).filter(
      ({ message }) => message === 'handing off',
    );
    expect(line?.bytes).toBe(Buffer.byteLength((world.senders[0] as RecordingSender).sent[0]?.body ?? ''));
  });

  it('The log of an execution ends with a failure’s step, numbers and error, at level error', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Broken {
      @Step({ retry: { maxAttempts: 1 } }) work() {
        throw new Error('the table is gone', { cause: new Error('ECONNREFUSED') });
      }
      @Terminate() isDone() {
        return false;
      }
    }

    const lines = await readLines(Broken, world);
    expect(lines.at(-1)).toMatchObject({
      level: 'ERROR',
      message: 'execution failed',
      executionId: 'execution-1',
      invocation: 1,
      step: 'work',
      stepCount: 0,
      error: { name: 'Error', message: 'the table is gone', cause: { message: 'ECONNREFUSED' } },
    });
  });

  it('The log of an execution cuts an error with a message of 8 MB in every line', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Verbose {
      @Step({ retry: { maxAttempts: 2 } }) work() {
        throw new Error('x'.repeat(8 * 1_024 * 1_024));
      }
      @Terminate() isDone() {
        return false;
      }
    }

    for (const line of await readLines(Verbose, world))
      expect(JSON.stringify(line).length).toBeLessThan(12_000);
  });

  it('The log of an execution carries executionId, invocation and step in the lines that a step writes itself', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Talking {
      @State() n = 0;
      @Step() work({ logger }: StepContext) {
        this.n += 1;
        logger.warn('page is empty', { page: 7, rows: 3n });
      }
      @Terminate() isDone() {
        return this.n === 1;
      }
    }

    const lines = await readLines(Talking, world);
    expect(lines[1]).toMatchObject({
      level: 'WARN',
      executionId: 'execution-1',
      invocation: 1,
      step: 'work',
      page: 7,
      rows: '3',
    });
  });
});

describe('BATON_LOG_LEVEL', () => {
  const saved = process.env.BATON_LOG_LEVEL;

  afterEach(() => {
    if (saved === undefined) delete process.env.BATON_LOG_LEVEL;
    else process.env.BATON_LOG_LEVEL = saved;
  });

  it.each<[string | undefined, string[]]>([
    [undefined, ['WARN', 'INFO', 'INFO', 'WARN', 'ERROR', 'INFO']],
    ['debug', ['WARN', 'INFO', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'INFO']],
    ['WARN', ['WARN', 'WARN', 'ERROR']],
    ['error', ['ERROR']],
  ])(
    'BATON_LOG_LEVEL %s decides what the default logger writes to standard output',
    async (level, levels) => {
      if (level !== undefined) process.env.BATON_LOG_LEVEL = level;

      @LongRunning(times)
      class Talking {
        @State() n = 0;
        @Step() work({ logger }: StepContext) {
          this.n += 1;
          for (const method of ['debug', 'info', 'warn', 'error'] as const) logger[method](method);
        }
        @Terminate() isDone() {
          return this.n === 1;
        }
      }

      const written: string[] = [];
      const write = jest.spyOn(process.stdout, 'write').mockImplementation(((line: string) => {
        written.push(line);
        return true;
      }) as typeof process.stdout.write);
      await createHandler(Talking)({}, fakeLambdaContext({ clock: Date }));
      write.mockRestore();
      expect(written.map((line) => JSON.parse(line).level)).toEqual(levels);
    },
  );
});

describe('a logger of the user’s own', () => {
  it('A logger of the user’s own may be Powertools’: a class whose methods take a message and fields, and need their this', async () => {
    class PowertoolsLike {
      readonly #service = 'orders';
      readonly written: string[] = [];
      debug(...entry: [string, ...object[]]): void {
        this.#write('DEBUG', entry);
      }
      info(...entry: [string, ...object[]]): void {
        this.#write('INFO', entry);
      }
      warn(...entry: [string, ...object[]]): void {
        this.#write('WARN', entry);
      }
      error(...entry: [string, ...object[]]): void {
        this.#write('ERROR', entry);
      }
      #write(level: string, [message, ...extra]: [string, ...object[]]): void {
        this.written.push(
          JSON.stringify(Object.assign({ service: this.#service, level, message }, ...extra)),
        );
      }
    }
    const logger = new PowertoolsLike();
    const world = virtualWorld();
    await runJob(twoInvocationJob(world), { world, providers: [{ token: LOGGER, useValue: logger }] });
    expect(logger.written.map((line) => JSON.parse(line).message)).toEqual([
      coldStart,
      'execution started',
      'step failed',
      'handing off',
      'handed off',
      'execution resumed',
      'execution completed',
    ]);
    expect(JSON.parse(logger.written[2] ?? '')).toMatchObject({
      service: 'orders',
      executionId: 'execution-1',
      step: 'readPage',
    });
  });
});

describe('progress', () => {
  function reporting(
    world: VirtualWorld,
    marks: readonly number[],
    end: 'completes' | 'fails' | 'hands over',
  ) {
    @LongRunning(times)
    class Reporting {
      @State() isDone = false;
      @Step({ retry: { maxAttempts: 1 } }) async work({ progress }: StepContext) {
        let atMs = 0;
        for (const mark of marks) {
          await world.timer.sleep(mark - atMs);
          atMs = mark;
          progress(mark, 60_000, 'pages');
        }
        this.isDone = true;
        if (end === 'fails') throw new Error('at last');
        if (end === 'hands over') await world.timer.sleep(51_000 - atMs);
      }
      @Terminate() check({ invocation }: StepContext) {
        return this.isDone && (end !== 'hands over' || invocation > 1);
      }
    }
    return Reporting;
  }

  const done = (world: VirtualWorld) => world.logger.find('progress').map(({ fields }) => fields.done);

  it('Progress is logged at most once for each intervalMs, with done, total, note and step', async () => {
    const world = virtualWorld();
    const marks = Array.from({ length: 120 }, (_, index) => 100 * (index + 1));
    await runJob(reporting(world, marks, 'completes'), { world });
    expect(done(world)).toEqual([100, 5_100, 10_100, 12_000]);
    expect(world.logger.find('progress')[0]?.fields).toMatchObject({
      step: 'work',
      done: 100,
      total: 60_000,
      note: 'pages',
      invocation: 1,
    });
  });

  it.each(['completes', 'fails', 'hands over'] as const)(
    'Progress never loses the last report of an invocation that %s',
    async (end) => {
      const world = virtualWorld();
      await runJob(reporting(world, [100, 200, 300], end), { world });
      expect(done(world)).toEqual([100, 300]);
      const messages = world.logger.lines.map(({ message }) => message);
      const endings = {
        completes: 'execution completed',
        fails: 'execution failed',
        'hands over': 'handing off',
      };
      expect(messages.lastIndexOf('progress')).toBeLessThan(messages.indexOf(endings[end]));
    },
  );

  it('Progress is not repeated when nothing new was reported', async () => {
    const world = virtualWorld();
    await runJob(reporting(world, [100], 'hands over'), { world });
    expect(done(world)).toEqual([100]);
  });

  it('Progress has no more fields than were given', async () => {
    const world = virtualWorld();

    @LongRunning(times)
    class Bare {
      @State() n = 0;
      @Step() work({ progress }: StepContext) {
        this.n += 1;
        progress(1);
      }
      @Terminate() check() {
        return this.n === 1;
      }
    }

    await runJob(Bare, { world });
    expect(Object.keys(world.logger.find('progress')[0]?.fields ?? {}).sort()).toEqual([
      'done',
      'event',
      'executionId',
      'invocation',
      'job',
      'requestId',
      'step',
    ]);
  });
});

describe('law: at the default level no line holds a secret', () => {
  const secrets = fc.uniqueArray(fc.stringMatching(/^sk-[A-Za-z0-9]{24}$/), { minLength: 4, maxLength: 4 });
  const credentials = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
  const saved = { ...process.env };

  afterEach(() => {
    process.env = { ...saved };
  });

  type Ending =
    | 'completes'
    | 'fails'
    | 'is too large'
    | 'cannot be stored'
    | 'is damaged on its way'
    | 'comes in a batch';
  const endings: Ending[] = [
    'completes',
    'fails',
    'is too large',
    'cannot be stored',
    'is damaged on its way',
    'comes in a batch',
  ];

  it.each(endings)(
    'At the default level no line holds a secret from state, input, secret fields or credentials of an execution that %s',
    async (ending) => {
      await fc.assert(
        fc.asyncProperty(secrets, async (values) => {
          const [fromState = '', fromSecretField = '', fromInput = '', fromEnvironment = ''] = values;
          for (const name of credentials) process.env[name] = fromEnvironment;
          const lines: string[] = [];
          const sender = new RecordingSender({ maxBytes: ending === 'is too large' ? 400 : 1_048_576 });
          const world = virtualWorld({ senders: [sender] });

          @LongRunning(times)
          class Keeper {
            @State() note = '';
            @State({ secret: true }) password = '';
            @State() odd: unknown = null;
            @Step({ retry: { maxAttempts: 2, initialDelayMs: 1 } }) async work({
              attempt,
              invocation,
              progress,
            }: StepContext) {
              this.note = fromState;
              this.password = fromSecretField;
              progress(1, 2);
              if (ending === 'cannot be stored')
                this.odd = { [Symbol('s')]: fromState, call: () => fromState };
              if (attempt === 1 || ending === 'fails') throw new Error('try again');
              if (invocation === 1) await world.timer.sleep(51_000);
            }
            @Terminate() isDone() {
              return this.note !== '';
            }
            @OnComplete() end() {
              return this.password;
            }
          }

          const providers = [
            ...world.providers,
            { token: LOGGER, useValue: new JsonLogger('info', (line) => lines.push(line)) },
          ];
          const handler = createHandler(Keeper, { providers });
          const call = (event: unknown) =>
            world.timer
              .drive(handler(event, fakeLambdaContext({ clock: world.clock })))
              .catch((error: unknown) => error);
          const input = { token: fromInput };
          if (ending === 'comes in a batch') {
            const bodies = [
              JSON.stringify(input),
              `not JSON ${fromInput}`,
              `{"lambdaBaton":{"v":"${fromInput}"}}`,
            ];
            await call({
              Records: bodies.map((body, index) => ({
                eventSource: 'aws:sqs',
                messageId: `m-${index}`,
                body,
              })),
            });
          } else await call(input);
          for (const { body } of sender.sent.slice(0, 1)) {
            await call(
              JSON.parse(
                ending === 'is damaged on its way' ? body.replace('"invocation":2', '"invocation":3') : body,
              ),
            );
          }
          expect(lines.length).toBeGreaterThan(1);
          expect(lines.filter((line) => values.some((secret) => line.includes(secret)))).toEqual([]);
        }),
        { numRuns: 15 },
      );
    },
    30_000,
  );
});
