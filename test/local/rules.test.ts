import { LocalLambdaError } from '../../src/local';
import { draw } from '../../src/local/faults';
import { parseFunctionName } from '../../src/local/functions/local-function';
import { extendTrace, readChainLength } from '../../src/local/invoke/limits';
import { findPackage } from '../../src/local/packages';
import { puppet, startLambda, startPuppet, stopAll } from './start-lambda';

afterEach(stopAll);

describe('parseFunctionName', () => {
  it.each([
    ['job', { name: 'job' }],
    ['job:7', { name: 'job', qualifier: '7' }],
    ['job:$LATEST', { name: 'job', qualifier: '$LATEST' }],
    ['function:job:live', { name: 'job', qualifier: 'live' }],
    ['123456789012:function:job', { name: 'job' }],
    ['arn:aws:lambda:us-east-1:123456789012:function:job', { name: 'job' }],
    ['arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:job:12', { name: 'job', qualifier: '12' }],
    ['', undefined],
    ['a b', undefined],
    ['job:1:2', undefined],
    ['arn:aws:sqs:us-east-1:123456789012:queue', undefined],
  ])('parseFunctionName reads %j as %j', (text, expected) => {
    expect(parseFunctionName(text)).toEqual(expected);
  });
});

describe('the trace header', () => {
  const [job, other] = [
    'arn:aws:lambda:us-east-1:123456789012:function:job',
    'arn:aws:lambda:us-east-1:123456789012:function:other',
  ];

  it('The trace header counts each function of a chain for itself, and keeps its root', () => {
    let trace = extendTrace(undefined, job);
    const root = /Root=[^;]+/.exec(trace)?.[0];
    trace = extendTrace(extendTrace(trace, other), job);
    expect(readChainLength(trace, job)).toBe(2);
    expect(readChainLength(trace, other)).toBe(1);
    expect(trace).toContain(root);
  });

  it.each([undefined, '', 'Root=1-2-3', 'Lineage=', 'Lineage=x', 'Lineage=1:x:y;Root=1'])(
    'The trace header without a count for the function counts from nothing: %j',
    (trace) => {
      expect(readChainLength(trace, job)).toBe(0);
    },
  );
});

describe('draw', () => {
  it('draw() is spread evenly, and depends on each part of its key', () => {
    const numbers = Array.from({ length: 10_000 }, (_, count) => draw(42, 'crash', 'job', count));
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(numbers.filter((number) => number < 0.05).length / numbers.length).toBeCloseTo(0.05, 1);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(new Set([draw(1, 'a', 1), draw(2, 'a', 1), draw(1, 'b', 1), draw(1, 'a', 2)]).size).toBe(4);
  });
});

describe('errors say what to do', () => {
  it('Errors say what to do when an optional package is missing', () => {
    expect(() => findPackage('no-such-package', ['/nowhere'])).toThrowErrorMatchingInlineSnapshot(`
"The local Lambda needs the package no-such-package, which is not installed where /nowhere can find it.
→ Run npm install --save-dev --ignore-scripts no-such-package"
`);
  });

  it('Errors say what to do when options are wrong, all at once', async () => {
    const lambda = await startLambda();
    const wrong = { name: 'a b', code: puppet, timeoutMs: 0, memoryMb: Number.NaN, reservedConcurrency: -1 };
    await expect(lambda.createFunction(wrong)).rejects.toThrowErrorMatchingInlineSnapshot(`
"Function a b: name must be 1 to 64 letters, digits, - or _; timeoutMs (0) must be a number greater than 0; memoryMb (NaN) must be a number greater than 0; reservedConcurrency (-1) must be an integer, 0 or more.
→ Correct the options of createFunction."
`);
  });

  it('Errors say what to do when a function exists already', async () => {
    const lambda = await startPuppet();
    await expect(
      lambda.createFunction({ name: 'puppet', code: puppet }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`
"Function puppet exists already.
→ Use updateFunction, or another name."
`);
  });

  it('Errors say what to do when a function is unknown', async () => {
    const lambda = await startPuppet();
    expect(() => lambda.publishVersion('pupet')).toThrowErrorMatchingInlineSnapshot(`
"There is no function pupet in the local Lambda.
→ Create it with createFunction, or use one of: puppet."
`);
    await expect(lambda.invoke({ functionName: 'pupet' })).rejects.toThrowErrorMatchingInlineSnapshot(`
"ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:123456789012:function:pupet
→ Check the name, the qualifier and the limits.
Cause: Function not found: arn:aws:lambda:us-east-1:123456789012:function:pupet"
`);
  });

  it('Errors say what to do when a queue cannot be created', async () => {
    const lambda = await startLambda();
    const created = lambda.createQueue({
      name: 'work',
      deadLetterQueue: { arn: 'arn:aws:sqs:us-east-1:123456789012:dead', maxReceiveCount: 2 },
    });
    await expect(created).rejects.toThrowErrorMatchingInlineSnapshot(`
"Queue work cannot be created: Value {"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":2} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.
→ Correct its options; a dead-letter queue must exist first."
`);
    await expect(created).rejects.toBeInstanceOf(LocalLambdaError);
  });
});
