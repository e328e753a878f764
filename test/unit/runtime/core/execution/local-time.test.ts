import { createHandler, LongRunning, State, Step, Terminate } from '../../../../../src';
import {
  capPause,
  isLocalLambda,
  localTimeVariables,
  scaleTimes,
} from '../../../../../src/runtime/core/execution/local-time';

const endpoint = 'http://127.0.0.1:4566';
const local = {
  AWS_ENDPOINT_URL_LAMBDA: endpoint,
  AWS_ENDPOINT_URL_SQS: endpoint,
  AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9',
  LAMBDA_TASK_ROOT: '/tmp/code',
};
const asked = { [localTimeVariables.scale]: '0.01', [localTimeVariables.skipWaits]: '1' };

@LongRunning({ name: 'patient', safeMs: 60_000, intervalMs: 5_000 })
class Patient {
  @State() n = 0;
  @Step({ minBudgetMs: 120_000 }) count() {
    this.n += 1;
  }
  @Terminate() isDone() {
    return this.n === 3;
  }
}

/** The times that a handler made in this environment works with. */
function readTimes(environment: Readonly<Record<string, string | undefined>>) {
  const before = process.env;
  process.env = { ...before, ...environment };
  try {
    const plan = Object.getOwnPropertyDescriptor(
      createHandler(Patient),
      Symbol.for('lambda-baton:plan'),
    )?.value;
    const { safeMs, reserveMs, intervalMs, maxPauseMs, steps } = plan;
    return { safeMs, reserveMs, intervalMs, maxPauseMs, minBudgetMs: steps[0].minBudgetMs };
  } finally {
    process.env = before;
  }
}

const asWritten = {
  safeMs: 60_000,
  reserveMs: 10_000,
  intervalMs: 5_000,
  maxPauseMs: undefined,
  minBudgetMs: 120_000,
};

describe("a job's times on the local Lambda", () => {
  it("A job's times on the local Lambda are those that it was written with, when nothing else is asked for", () => {
    expect(readTimes(local)).toEqual(asWritten);
  });

  it("A job's times on the local Lambda are in proportion when that is asked for, and its waits are a second at most", () => {
    expect(readTimes({ ...local, ...asked })).toEqual({
      safeMs: 600,
      reserveMs: 250,
      intervalMs: 50,
      maxPauseMs: 1_000,
      minBudgetMs: 1_200,
    });
  });

  it.each([
    ['on Lambda', { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001', LAMBDA_TASK_ROOT: '/var/task' }],
    ['on Lambda with an endpoint on loopback', { ...local, LAMBDA_TASK_ROOT: '/var/task' }],
    [
      'with an endpoint elsewhere',
      { ...local, AWS_ENDPOINT_URL_LAMBDA: 'http://10.0.0.1:80', AWS_ENDPOINT_URL_SQS: 'http://10.0.0.1:80' },
    ],
    ['with the endpoint of one service only', { ...local, AWS_ENDPOINT_URL_SQS: undefined }],
    ['where no runtime client runs', { ...local, AWS_LAMBDA_RUNTIME_API: undefined }],
  ])(
    "A job's times on the local Lambda are those that it was written with %s, whatever is asked for",
    (_where, environment) => {
      expect(isLocalLambda(environment)).toBe(false);
      expect(readTimes({ ...environment, ...asked })).toEqual(asWritten);
    },
  );

  it.each(['', '0', '-1', '2', 'half'])(
    "A job's times on the local Lambda ignore a scale that is none: %p",
    (scale) => {
      expect(readTimes({ ...local, [localTimeVariables.scale]: scale })).toEqual(asWritten);
    },
  );

  it.each([
    [
      { safeMs: 60_000, reserveMs: 10_000, intervalMs: 5_000 },
      0.5,
      { safeMs: 30_000, reserveMs: 5_000, intervalMs: 2_500 },
    ],
    [
      { safeMs: 60_000, reserveMs: 10_000, intervalMs: 5_000 },
      1 / 300,
      { safeMs: 600, reserveMs: 250, intervalMs: 20 },
    ],
    [{ safeMs: 400, reserveMs: 100, intervalMs: 10 }, 0.1, { safeMs: 400, reserveMs: 100, intervalMs: 10 }],
    [{ safeMs: 400, reserveMs: 100, intervalMs: 10 }, 1, { safeMs: 400, reserveMs: 100, intervalMs: 10 }],
  ])(
    "A job's times on the local Lambda never fall below what a hand-off needs, nor rise: %j by %p",
    (times, scale, expected) => {
      expect(scaleTimes(times, scale)).toEqual(expected);
    },
  );

  it("A job's times on the local Lambda bring the end of a wait forward, and leave a shorter one and one that is none alone", () => {
    expect(capPause({ maxPauseMs: 1_000 }, 50_000, 3_650_000)).toBe(51_000);
    expect(capPause({ maxPauseMs: 1_000 }, 50_000, 50_500)).toBe(50_500);
    expect(capPause({}, 50_000, 3_650_000)).toBe(3_650_000);
    expect(capPause({ maxPauseMs: 1_000 }, 50_000, Number.NaN)).toBeNaN();
  });
});
