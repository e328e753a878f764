import { createHandler, LongRunning, State, Step, type StepContext, Terminate } from '../../src';
import { NanoTimer } from '../../src/runtime/adapters/node/timers';

/** What the step does, by the name that the test gives. */
const behaviours: Record<string, (ctx: StepContext) => unknown> = {
  completes: () => {},
  'completes while the dry run hangs': () => sleep(1_500),
  'hands over': ({ signal }) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())),
  'is abandoned': () => new Promise(() => {}),
  fails: () => {
    throw new Error('broken');
  },
};

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

const scenario = process.argv[2] ?? '';

@LongRunning({ safeMs: 2_000, intervalMs: 100, reserveMs: 1_000 })
class Job {
  @State() n = 0;
  @Step({ retry: { maxAttempts: 1 } }) async work(ctx: StepContext) {
    this.n += 1;
    await behaviours[scenario]?.(ctx);
  }
  @Terminate() isDone() {
    return this.n > 0 && scenario !== 'hands over';
  }
}

async function runOnce(): Promise<unknown> {
  // Whatever is short of time loads what a hand-off needs before it begins.
  const deadlineMs = Date.now() + (scenario === 'completes' ? 60_000 : 4_000);
  const context = {
    awsRequestId: 'request-1',
    functionName: 'job',
    functionVersion: '3',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:job',
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  try {
    return await createHandler(Job)({}, context);
  } catch (error) {
    return { status: 'threw', code: (error as { code?: string }).code };
  }
}

async function report(): Promise<void> {
  const answer = await runOnce();
  // A connection that was destroyed is closed in the next turn of the event loop.
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
  const active = process.getActiveResourcesInfo().filter((kind) => !/Pipe|TTY|FSReq/.test(kind));
  const loadedSdk = Object.keys(require.cache).some((path) => path.includes('@aws-sdk'));
  process.stderr.write(`REPORT ${JSON.stringify({ answer, active, loadedSdk })}\n`);
}

if (scenario === 'a timer task throws') {
  let ticks = 0;
  const cancel = new NanoTimer().every(10, () => {
    ticks += 1;
    if (ticks === 3) cancel();
    throw new Error(`tick ${ticks}`);
  });
} else void report();
