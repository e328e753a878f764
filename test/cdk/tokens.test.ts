import { CfnParameter, Duration, type Stack } from 'aws-cdk-lib';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { type RecursiveLoop, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import type { LongRunningFunctionProps } from 'lambda-baton/cdk';
import { createConstruct, synthesize } from './synthesize';

const number = (stack: Stack, id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
const text = (stack: Stack, id: string) => new CfnParameter(stack, id).valueAsString;

/** Where the parameter P ends in the template when a property is given as its value. */
const rows: readonly (readonly [
  property: string,
  (stack: Stack) => Partial<LongRunningFunctionProps>,
  deployed: readonly string[],
])[] = [
  [
    'timeout',
    (stack) => ({ timeout: Duration.seconds(number(stack, 'P')) }),
    [
      '"Timeout":{"Ref":"P"}',
      '"Threshold":{"Fn::Join":["",[{"Ref":"P"},"000"]]}',
      '"VisibilityTimeout":5400',
      '"BATON_SWEEP_GRACE_MS":"5400000"',
    ],
  ],
  ['memory', (stack) => ({ memory: number(stack, 'P') }), ['"MemorySize":{"Ref":"P"}']],
  [
    'runtime',
    (stack) => ({ runtime: new Runtime(text(stack, 'P'), RuntimeFamily.NODEJS) }),
    ['"Runtime":{"Ref":"P"}'],
  ],
  [
    'queue.visibilityTimeout',
    (stack) => ({ queue: { visibilityTimeout: Duration.seconds(number(stack, 'P')) } }),
    ['"VisibilityTimeout":{"Ref":"P"}', '"BATON_SWEEP_GRACE_MS":{"Fn::Join":["",[{"Ref":"P"},"000"]]}'],
  ],
  [
    'queue.maxReceiveCount',
    (stack) => ({ queue: { maxReceiveCount: number(stack, 'P') } }),
    ['"maxReceiveCount":{"Ref":"P"}'],
  ],
  [
    'retryAttempts',
    (stack) => ({ retryAttempts: number(stack, 'P') as 2 }),
    ['"MaximumRetryAttempts":{"Ref":"P"}'],
  ],
  [
    'recursiveLoop',
    (stack) => ({ recursiveLoop: text(stack, 'P') as RecursiveLoop }),
    ['"RecursiveLoop":{"Ref":"P"}'],
  ],
  [
    'continueOn',
    (stack) => ({ continueOn: text(stack, 'P') as 'latest' }),
    ['"BATON_CONTINUE_ON":{"Ref":"P"}'],
  ],
  ['logLevel', (stack) => ({ logLevel: text(stack, 'P') as 'info' }), ['"BATON_LOG_LEVEL":{"Ref":"P"}']],
  [
    'sweep.grace in milliseconds',
    (stack) => ({ sweep: { grace: Duration.millis(number(stack, 'P')) } }),
    ['"BATON_SWEEP_GRACE_MS":{"Ref":"P"}'],
  ],
  [
    'sweep.grace in seconds',
    (stack) => ({ sweep: { grace: Duration.seconds(number(stack, 'P')) } }),
    ['"BATON_SWEEP_GRACE_MS":{"Fn::Join":["",[{"Ref":"P"},"000"]]}'],
  ],
  ['sweep.limit', (stack) => ({ sweep: { limit: number(stack, 'P') } }), ['"BATON_SWEEP_LIMIT":{"Ref":"P"}']],
  [
    'store.expireAfter',
    (stack) => ({ store: { bucket: true, expireAfter: Duration.days(number(stack, 'P')) } }),
    ['"ExpirationInDays":{"Ref":"P"}'],
  ],
  ['environment', (stack) => ({ environment: { STAGE: text(stack, 'P') } }), ['"STAGE":{"Ref":"P"}']],
  [
    'scheduleInput',
    (stack) => ({ schedule: Schedule.rate(Duration.hours(1)), scheduleInput: { pages: text(stack, 'P') } }),
    ['{"Ref":"P"}'],
  ],
];

describe('a property that only CloudFormation knows', () => {
  it.each(rows)(
    'A property that only CloudFormation knows passes every check, and is deployed as it is: %s',
    (_property, props, deployed) => {
      const template = JSON.stringify(synthesize(props).toJSON());
      for (const part of deployed) expect(template).toContain(part);
      // What a token looks like to JavaScript must never be deployed.
      expect(template).not.toMatch(/Token\[|-1\.8\d+e\+?289/);
    },
  );

  it('A property that only CloudFormation knows makes no warning by what it looks like to JavaScript', () => {
    const { construct } = createConstruct((stack) => ({ retryAttempts: number(stack, 'P') as 2 }));
    expect(construct.node.metadata.filter(({ type }) => type.includes('warning'))).toEqual([]);
  });

  it('A property that only CloudFormation knows is refused at synth in a unit that CloudFormation would have to convert', () => {
    const refused = () =>
      synthesize((stack) => {
        const minutes = Duration.minutes(number(stack, 'P'));
        return {
          timeout: minutes,
          queue: { visibilityTimeout: minutes },
          sweep: { grace: minutes },
          store: { bucket: true, expireAfter: minutes },
        };
      });
    expect(refused).toThrow(
      [
        'LongRunningFunction Jobs/Count has 4 faults:',
        '1. timeout is a token in minutes: CloudFormation, which alone knows its value, cannot convert it.',
        '   → Give it in the unit that is deployed: Duration.seconds(parameter.valueAsNumber).',
        '2. queue.visibilityTimeout is a token in minutes: CloudFormation, which alone knows its value, cannot convert it.',
        '   → Give it in the unit that is deployed: Duration.seconds(parameter.valueAsNumber).',
        '3. sweep.grace is a token in minutes: CloudFormation, which alone knows its value, cannot convert it.',
        '   → Give it in the unit that is deployed: Duration.seconds(parameter.valueAsNumber).',
        '4. store.expireAfter is a token in minutes: CloudFormation, which alone knows its value, cannot convert it.',
        '   → Give it in the unit that is deployed: Duration.days(parameter.valueAsNumber).',
      ].join('\n'),
    );
  });
});
