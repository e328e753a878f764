import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { checkFacts } from '../../src/cli/doctor/diagnosis';
import type { DoctorFacts } from '../../src/cli/doctor/facts';
import { unknownText } from '../../src/cli/doctor/facts';
import { type Finding, know, missOut } from '../../src/cli/doctor/finding';
import { fixRecursion } from '../../src/cli/doctor/recursion';
import { inCallOf, inProperty, listMessagePatterns } from '../helpers/list-message-patterns';
import {
  healthyFunction as fn,
  healthyFacts,
  healthyJob as job,
  healthyMapping as mapping,
  healthyQueue as queue,
  healthyScheduler as scheduler,
  healthyTable as table,
  healthyVariables as variables,
} from './healthy-facts';
import { readPrinted } from './read-printed';

type Change = Partial<DoctorFacts>;
type Row = readonly [change: Change, finding: Pick<Finding, 'level' | 'subject'>, what: string, fix: string];

const error = (subject: Finding['subject']) => ({ level: 'error', subject }) as const;
const warning = (subject: Finding['subject']) => ({ level: 'warning', subject }) as const;
const bucket = { name: 'states', expiresAfterDays: know(74), key: know(undefined) };
const check = (change: Change = {}) => checkFacts({ ...healthyFacts, ...change });
const faults = (change: Change = {}) => check(change).filter(({ level }) => level !== 'ok');
const limits = (change: Partial<typeof job.limits>) => know({ ...job, limits: { ...job.limits, ...change } });
const mapped = (change: Partial<typeof mapping>) =>
  know({ ...queue, mappings: know([{ ...mapping, ...change }]) });

/** Each change makes a healthy deployment ill in one way. */
const rows: readonly Row[] = [
  [
    { recursion: know('Terminate') },
    error('recursion'),
    'every execution is parked after 14 invocations',
    '--fix',
  ],
  [
    { recursion: know('Terminate'), environment: know({ BATON_SIGNING_KEY: 'a key of 16 bytes' }) },
    error('recursion'),
    'AWS drops every execution after about 16 invocations',
    '--fix',
  ],
  [
    { recursion: know('Terminate'), job: missOut('Not known.', 'Tell.', 'warning') },
    error('recursion'),
    'The setting is Terminate',
    'Set it to Allow',
  ],
  [
    { job: limits({ maxInvocations: 1e9, maxDurationMs: 1e15 }) },
    error('fuses'),
    'no fuse that would end it within a year',
    'Set limits',
  ],
  [
    { environment: know({ BATON_QUEUE_URL: variables.BATON_QUEUE_URL }) },
    warning('fuses'),
    'counted in continuations that anybody',
    'BATON_SIGNING_KEY',
  ],
  [
    { fn: know({ ...fn, timeoutMs: 60_000 }) },
    error('time-out'),
    'no invocation ever starts a step',
    'Set it above 60000 ms',
  ],
  [
    { job: know({ ...job, steps: [{ method: 'reconcilePage', minBudgetMs: 840_000 }] }) },
    error('time-out'),
    'Step reconcilePage of job Reconcile wants minBudgetMs 840000',
    'Set the time-out above 900000 ms',
  ],
  [
    { fn: know({ ...fn, timeoutMs: 3_000 }), job: missOut('Not known.', 'Tell.', 'warning') },
    warning('time-out'),
    "no more than Lambda's default",
    '900 s is best',
  ],
  [
    { fn: know({ ...fn, memoryMb: 128 }) },
    warning('memory'),
    '128 MB come with so small a share',
    '256 MB or more',
  ],
  [
    { fn: know({ ...fn, runtime: 'nodejs20.x' }) },
    error('runtime'),
    'nodejs20.x is no longer supported',
    'nodejs22.x or nodejs24.x',
  ],
  [
    { fn: know({ ...fn, runtime: 'python3.13' }) },
    error('runtime'),
    'python3.13 runs no Node',
    'nodejs22.x or nodejs24.x',
  ],
  [
    { fn: know({ ...fn, runtime: 'nodejs26.x' }) },
    warning('runtime'),
    'newer than this version',
    'nodejs22.x or nodejs24.x',
  ],
  [{ fn: know({ ...fn, runtime: undefined }) }, warning('runtime'), 'container image', 'Node 22 or 24'],
  [
    { fn: know({ ...fn, runtime: 'nodejs' }) },
    error('runtime'),
    'nodejs is no longer supported',
    'nodejs22.x or nodejs24.x',
  ],
  [
    { fn: know({ ...fn, runtime: unknownText }) },
    warning('runtime'),
    'The runtime is known only when it is deployed',
    'baton doctor',
  ],
  [
    { fn: know({ ...fn, memoryMb: undefined }) },
    warning('memory'),
    'The memory is known only when',
    'Run baton doctor',
  ],
  [
    { fn: know({ ...fn, timeoutMs: undefined }) },
    warning('time-out'),
    'The time-out is known only when',
    'Run baton doctor',
  ],
  [
    { job: know({ ...job, parameterCount: 3 }) },
    error('handler'),
    'declares 3 parameters',
    '(event, context)',
  ],
  [{ fn: know({ ...fn, isInVpc: true }) }, warning('network'), 'in a VPC', 'NAT gateway, or endpoints'],
  [
    { reservedConcurrency: know(0) },
    error('concurrency'),
    'The reserved concurrency is 0',
    'delete the reservation',
  ],
  [
    { permissions: know([{ resource: 'arn:reconcile:7', isAllowed: false, by: 'dry-run' }]) },
    error('permissions'),
    'Invoke on arn:reconcile:7 was refused',
    'on the unqualified ARN and on ARN:*',
  ],
  [
    { permissions: know([{ resource: 'Job:*', isAllowed: false, by: 'policy' }]) },
    error('permissions'),
    'No policy lets the function invoke Job:*',
    'on the unqualified ARN and on ARN:*',
  ],
  [
    {
      keys: know([
        {
          subject: 'Table executions',
          key: 'Key',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          isAllowed: false,
        },
      ]),
    },
    error('keys'),
    'Table executions is encrypted with key Key, which no policy lets the function use',
    'Grant kms:Decrypt, kms:GenerateDataKey on Key',
  ],
  [
    { queue: know({ ...queue, maxMessageBytes: 262_144 }) },
    warning('queue'),
    'takes messages up to 262144 bytes',
    'Set its MaximumMessageSize to 1048576',
  ],
  [
    { queue: know({ ...queue, visibilityMs: undefined }) },
    warning('queue'),
    'is known only when it is deployed',
    'Run baton doctor',
  ],
  [
    { queue: mapped({ invokes: 'latest', target: 'reconcile' }) },
    warning('versions'),
    'The queue invokes reconcile: $LATEST, which need not be published',
    'Point the event source mapping to the alias',
  ],
  [
    { queue: mapped({ invokes: 'version', target: 'reconcile:7' }) },
    warning('versions'),
    'The queue invokes reconcile:7: one version, whatever is deployed later',
    'Point the event source mapping to the alias',
  ],
  [
    { areVersionsKept: false },
    error('versions'),
    'The next deployment deletes the version that executions stay on',
    'to Retain',
  ],
  [{ queue: know(undefined) }, warning('queue'), 'There is no queue', 'set BATON_QUEUE_URL'],
  [{ queue: know('missing') }, error('queue'), 'names a queue that is not there', 'Correct BATON_QUEUE_URL'],
  [
    { queue: know({ ...queue, visibilityMs: 899_000 }) },
    error('queue'),
    'comes back while it is still worked on',
    '900000 ms at least',
  ],
  [
    { queue: know({ ...queue, visibilityMs: 900_000 }) },
    warning('queue'),
    'less than 6 time-outs',
    '5400000 ms',
  ],
  [
    { queue: know({ ...queue, deadLetters: undefined }) },
    error('queue'),
    'no dead-letter queue',
    'maxReceiveCount 5',
  ],
  [
    { queue: know({ ...queue, deadLetters: { maxReceiveCount: 4 } }) },
    error('queue'),
    'gives up after 4 receipts',
    '5 or more',
  ],
  [
    { queue: know({ ...queue, mappings: know([]) }) },
    error('event source'),
    'invokes nothing',
    'Create an event source mapping',
  ],
  [
    {
      queue: know({
        ...queue,
        mappings: know([mapping, { ...mapping, isOfFunction: false, target: 'other' }]),
      }),
    },
    error('event source'),
    'invokes other as well',
    'a queue of its own',
  ],
  [{ queue: mapped({ isEnabled: false }) }, error('event source'), 'is not enabled', 'Enable it'],
  [
    { queue: mapped({ reportsFailures: false }) },
    error('event source'),
    'does not read batchItemFailures',
    'ReportBatchItemFailures',
  ],
  [
    { queue: mapped({ batchSize: 10 }) },
    warning('event source'),
    'up to 10 messages at once',
    'batch size to 1',
  ],
  [
    { retries: know([{ qualifier: 'live', attempts: 1, hasDestination: true }]) },
    warning('retries'),
    'Events of live are retried 1 times',
    'MaximumRetryAttempts of live to 2',
  ],
  [
    { retries: know([{ qualifier: '7', attempts: 2, hasDestination: false }]) },
    warning('retries'),
    'vanish',
    'OnFailure destination',
  ],
  [
    { scheduler: know({ ...scheduler, isGroupThere: false }) },
    error('schedules'),
    'BATON_SCHEDULER_GROUP names the schedule group jobs, which is not there.',
    'Create it, or leave the variable out.',
  ],
  [
    { scheduler: know({ ...scheduler, isRoleTrusting: false }) },
    error('schedules'),
    'Role wake cannot be assumed by EventBridge Scheduler',
    'Let scheduler.amazonaws.com assume it',
  ],
  [
    { scheduler: know({ ...scheduler, mayRoleInvoke: false }) },
    error('schedules'),
    'No policy lets role wake invoke the function and its versions',
    'on the unqualified ARN and on ARN:*',
  ],
  [
    { scheduler: know({ ...scheduler, mayCreate: false }) },
    error('schedules'),
    'No policy lets the function make schedules in group jobs.',
    'Grant it scheduler:CreateSchedule on schedule/jobs/*.',
  ],
  [
    { scheduler: know({ ...scheduler, mayPassRole: false }) },
    error('schedules'),
    'No policy lets the function pass role wake to EventBridge Scheduler.',
    'Grant it iam:PassRole on that role',
  ],
  [{ table: know('missing') }, error('table'), 'names a table that is not there', 'Correct BATON_TABLE'],
  [
    { table: know({ ...table, partitionKey: 'id S', sortKey: undefined }) },
    error('table'),
    'has the keys id S,',
    'both strings',
  ],
  [
    { table: know({ ...table, sortKey: 'sk N' }) },
    error('table'),
    'has the keys pk S, sk N,',
    'both strings',
  ],
  [
    { table: know({ ...table, jobIndex: undefined }) },
    warning('table'),
    'has no index byJob',
    'global secondary index byJob',
  ],
  [
    { table: know({ ...table, jobIndex: ['job S'] }) },
    error('table'),
    'Index byJob of table executions has the keys job S',
    'startedAtMs',
  ],
  [
    { table: know({ ...table, expiresBy: know(undefined) }) },
    warning('table'),
    'keeps its items for ever',
    'attribute expiresAt',
  ],
  [
    { table: know({ ...table, expiresBy: know('ttl') }) },
    warning('table'),
    'expires its items by ttl',
    'attribute expiresAt',
  ],
  [{ bucket: know('missing') }, error('bucket'), 'names a bucket that is not there', 'Correct BATON_BUCKET'],
  [
    { bucket: know({ ...bucket, expiresAfterDays: know(undefined) }) },
    warning('bucket'),
    'has no lifecycle rule',
    'Let objects expire 74 days after',
  ],
  [
    { bucket: know({ ...bucket, expiresAfterDays: know(73) }) },
    error('bucket'),
    'deletes objects 73 days after they were written, and a record may name one for 74 days',
    'Let objects expire 74 days after',
  ],
  [
    {
      environment: know({
        BATON_SIGNING_KEY: 'a key of 16 bytes',
        BATON_QUEUE_URL: variables.BATON_QUEUE_URL,
      }),
    },
    warning('store'),
    'No variable names a store',
    'Set BATON_TABLE or BATON_BUCKET',
  ],
  [
    { environment: know({ BATON_DIRECTORY: '/tmp/executions' }) },
    error('store'),
    'the function has no file system',
    'mount an EFS file system',
  ],
  [
    { environment: know({ ...variables, BATON_DIRECTORY: '/mnt' }) },
    error('environment'),
    'BATON_DIRECTORY and BATON_TABLE are both set',
    'Leave one of them out',
  ],
  [
    { environment: know({ ...variables, BATON_CONTINUE_ON: 'newest' }) },
    error('environment'),
    'BATON_CONTINUE_ON is "newest"',
    'pinned or',
  ],
  [
    { environment: know({ ...variables, BATON_QUEUE_URL: 'arn:aws:sqs' }) },
    error('environment'),
    'BATON_QUEUE_URL is "arn:aws:sqs"',
    'the URL of an SQS queue',
  ],
  [
    { environment: know({ ...variables, BATON_LOG_LEVEL: 'loud' }) },
    error('environment'),
    'BATON_LOG_LEVEL is "loud"',
    'warn or error',
  ],
  [
    { environment: know({ ...variables, BATON_SIGNING_KEY: 'the new key of 22 bytes,' }) },
    error('environment'),
    'BATON_SIGNING_KEY has an empty key',
    'Give one key',
  ],
  [
    { environment: know({ ...variables, BATON_SIGNING_KEY: 'k' }) },
    error('environment'),
    'BATON_SIGNING_KEY has a key of fewer than 16 bytes',
    'openssl rand -hex 32',
  ],
  [
    { environment: know({ ...variables, BATON_OWNER: 'x' }) },
    warning('environment'),
    'Nothing reads the variable BATON_OWNER',
    'Leave it out',
  ],
  [
    { environment: know({ ...variables, BATON_TABEL: 'x' }) },
    warning('environment'),
    'Nothing reads the variable BATON_TABEL',
    'BATON_TABLE',
  ],
  [
    { fn: know({ ...fn, version: '$LATEST', qualifier: undefined }) },
    warning('versions'),
    'reconcile without a qualifier is $LATEST',
    'baton doctor NAME:ALIAS',
  ],
  [{ fn: know({ ...fn, version: '$LATEST' }) }, warning('versions'), 'live is $LATEST', 'Publish a version'],
  [
    { environment: know({ ...variables, BATON_CONTINUE_ON: 'latest' }) },
    warning('versions'),
    'change to other code when it is deployed',
    'continueOn pinned',
  ],
  [
    { job: know({ ...job, continueOn: 'latest' }) },
    warning('versions'),
    'change to other code',
    'continueOn pinned',
  ],
];

describe('the checks of baton doctor', () => {
  it('The checks of baton doctor find nothing wrong with a deployment as the construct makes it', () => {
    expect(faults()).toEqual([]);
    expect(check().map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['recursion', 'time-out', 'queue', 'table', 'versions']),
    );
  });

  it.each(
    rows.map(
      ([change, finding, what, fix]) =>
        [finding.level, finding.subject, what, fix, { change, finding }] as const,
    ),
  )(
    'The checks of baton doctor say as %s of %s "%s" with its fix, and only then',
    (_level, _subject, what, fix, { change, finding }) => {
      expect(faults(change)).toContainEqual({
        ...finding,
        what: expect.stringContaining(what),
        fix: expect.stringContaining(fix),
      });
      expect(faults().some((silent) => silent.what.includes(what))).toBe(false);
    },
  );

  it('The checks of baton doctor say nothing else about a deployment that is ill in one way', () => {
    const alone = rows.filter(
      ([change]) => !('job' in change && change.job?.kind === 'unread') && !('environment' in change),
    );
    for (const [change, { subject }] of alone)
      expect(new Set(faults(change).map((found) => found.subject))).toEqual(new Set([subject]));
  });

  it('The checks of baton doctor note that nothing sweeps the executions of a store, as no more than a note', () => {
    const said = (change: Change) =>
      check(change).filter(({ subject, what }) => subject === 'store' && /swe/.test(what));
    expect(said({ isSwept: false })).toEqual([
      {
        level: 'ok',
        subject: 'store',
        what: 'Nothing sweeps its executions: one that will not be retried waits for baton sweep.',
        fix: 'To have it done on a schedule, leave sweep: false out of LongRunningFunction, or deploy dist/sweeper.',
      },
    ]);
    expect(said({ isSwept: true })).toEqual([
      { level: 'ok', subject: 'store', what: 'Its executions are swept on a schedule.' },
    ]);
    expect(said({ isSwept: undefined })).toEqual([]);
    expect(said({ isSwept: false, environment: know({}) })).toEqual([]);
  });

  it('The checks of baton doctor note the key of something where policies are not read, and what it takes', () => {
    const keys = know([
      { subject: 'Table executions', key: 'arn:key', actions: ['kms:Decrypt'], isAllowed: undefined },
    ]);
    expect(check({ keys }).filter(({ subject }) => subject === 'keys')).toEqual([
      {
        level: 'ok',
        subject: 'keys',
        what: 'Table executions is encrypted with key arn:key.',
        fix: 'If it is a key of yours: grant kms:Decrypt on arn:key to the role of the function.',
      },
    ]);
  });

  it('The checks of baton doctor let executions that change to other code have any version, kept or not', () => {
    const change = { areVersionsKept: false, job: know({ ...job, continueOn: 'latest' as const }) };
    expect(faults(change)).toMatchObject([warning('versions')]);
  });

  it('The checks of baton doctor let a job that ends before AWS would stop it be', () => {
    expect(faults({ recursion: know('Terminate'), job: limits({ maxInvocations: 14 }) })).toEqual([]);
    expect(faults({ recursion: know('Terminate'), job: limits({ maxInvocations: 15 }) })).toMatchObject([
      error('recursion'),
    ]);
  });

  it('The checks of baton doctor let fuses be cost, and counting be signed', () => {
    expect(faults({ job: limits({ maxInvocations: 1e9, maxDurationMs: 1e15, maxCostUsd: 5 }) })).toEqual([]);
    const signed = faults({ environment: know({ BATON_SIGNING_KEY: 'a key of 16 bytes' }) });
    expect(signed.filter(({ subject }) => subject === 'fuses')).toEqual([]);
  });

  it('The checks of baton doctor let executions be kept in a directory on EFS, and on this machine', () => {
    const environment = know({ BATON_DIRECTORY: '/mnt/executions' });
    expect(faults({ environment, fn: know({ ...fn, hasFileSystem: true }) })).toEqual([]);
    expect(faults({ environment, isLocal: true })).toEqual([]);
  });

  it("The checks of baton doctor keep given up events in the function's own dead-letter queue as well", () => {
    const retries = know([{ qualifier: 'live', attempts: 2, hasDestination: false }]);
    expect(faults({ retries, fn: know({ ...fn, hasDeadLetterQueue: true }) })).toEqual([]);
  });

  it('The checks of baton doctor hold the longest that SQS hides a message for enough', () => {
    const long = know({ ...fn, timeoutMs: 5_400_000 * 2 });
    expect(faults({ fn: long, queue: know({ ...queue, visibilityMs: 43_200_000 }) })).toEqual([]);
  });

  it('The checks of baton doctor say how sure they are of a dry run', () => {
    const said = (change: Change) => check(change).filter(({ subject }) => subject === 'permissions');
    expect(said({})).toMatchObject([
      {
        level: 'ok',
        what: expect.stringContaining('credentials used here'),
        fix: expect.stringContaining('role'),
      },
      { level: 'ok' },
    ]);
    expect(said({ isLocal: true })[0]).not.toHaveProperty('fix');
  });

  const unread = missOut('It could not be read: AccessDeniedException', 'Allow the action.');
  const members = [
    'fn',
    'environment',
    'recursion',
    'reservedConcurrency',
    'permissions',
    'retries',
    'queue',
    'table',
    'bucket',
    'job',
  ] as const;
  const inside: readonly (readonly [string, Change])[] = [
    ['mappings', { queue: know({ ...queue, mappings: unread }) }],
    ['expiry', { table: know({ ...table, expiresBy: unread }) }],
    ['lifecycle', { bucket: know({ ...bucket, expiresAfterDays: unread }) }],
    ...members.map((name) => [name, { [name]: unread }] as const),
  ];
  it.each(inside)(
    'The checks of baton doctor call it an error when what they need could not be read: %s',
    (_name, change) => {
      expect(faults(change)).toContainEqual({
        level: 'error',
        subject: expect.any(String),
        what: 'It could not be read: AccessDeniedException',
        fix: 'Allow the action.',
      });
    },
  );

  it('The checks of baton doctor begin with the errors, and have a fix for each of them and for each warning', () => {
    const findings = check({ recursion: know('Terminate'), fn: know({ ...fn, memoryMb: 128 }) });
    expect(
      findings.map(({ level }) => level).filter((level, index, all) => level !== all[index - 1]),
    ).toEqual(['error', 'warning', 'ok']);
    for (const [change] of rows) for (const { fix } of faults(change)) expect(fix).toMatch(/[.?]$/);
  });
});

describe('the findings of baton doctor', () => {
  const folder = join(__dirname, '../../src/cli/doctor');
  const patterns = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => listMessagePatterns(join(folder, name), inCallOf(['refuse', 'warn'], 1)));
  /** What is said with the words of the handler's own start: see the settings below. */
  const fromElsewhere = patterns.filter(({ text }) => text === undefined);

  it('The findings of baton doctor are all in the table above: each error and each warning that a check can say is seen to be said', () => {
    const said = rows.flatMap(([change]) => faults(change).map(({ what }) => what));
    const unseen = patterns.filter(({ text }) => text !== undefined && !said.some((what) => text.test(what)));
    expect(patterns.length).toBeGreaterThan(35);
    expect(unseen).toEqual([]);
    expect(fromElsewhere.map(({ place }) => place.split(':')[0])).toEqual(['check-function.ts']);
  });

  it('The findings of baton doctor are silent where nothing is wrong: each of them', () => {
    const said = check().map(({ what }) => what);
    expect(patterns.filter(({ text }) => said.some((what) => text?.test(what)))).toEqual([]);
  });

  it('The findings of baton doctor say of the variables whatever the handler itself would refuse at its start', () => {
    const file = join(__dirname, '../../src/handler/read-settings.ts');
    const refusals = listMessagePatterns(file, inProperty('problem'));
    const said = rows
      .flatMap(([change]) => faults(change))
      .filter(({ subject, level }) => subject === 'environment' && level === 'error');
    expect(refusals).toHaveLength(4);
    for (const { text } of refusals) expect(said.some(({ what }) => text?.test(what))).toBe(true);
    for (const name of ['BATON_QUEUE_URL', 'BATON_CONTINUE_ON', 'BATON_LOG_LEVEL'])
      expect(said.some(({ what }) => what.includes(`${name} is`))).toBe(true);
  });
});

describe('what is said of schedules', () => {
  const say = (change: Change) => check(change).filter(({ subject }) => subject === 'schedules');

  it('What is said of schedules is a hint where there are none and waits could be long: with a store', () => {
    expect(say({ scheduler: know(undefined) })).toEqual([
      {
        level: 'ok',
        subject: 'schedules',
        what: 'There are none: a wait of more than 15 minutes is a message for every 15 minutes.',
        fix: expect.stringContaining('BATON_SCHEDULER_ROLE_ARN'),
      },
    ]);
    expect(say({ scheduler: know(undefined), environment: know({}) })).toEqual([]);
  });

  it('What is said of schedules is what was not looked at, where policies cannot be read', () => {
    const unread = {
      isRoleTrusting: undefined,
      mayRoleInvoke: undefined,
      mayCreate: undefined,
      mayPassRole: undefined,
    };
    expect(say({ scheduler: know({ ...scheduler, ...unread }) })).toMatchObject([
      {
        level: 'ok',
        what: 'Long waits go by schedules in group jobs.',
        fix: expect.stringContaining('Policies were not read'),
      },
    ]);
    expect(say({})).toEqual([
      { level: 'ok', subject: 'schedules', what: 'Long waits go by schedules in group jobs.' },
    ]);
  });
});

describe('--fix', () => {
  const streams = {
    environment: {},
    workingDirectory: '',
    stdin: Readable.from([]),
    stdout: { write: () => {} },
    stderr: { write: () => {} },
  };
  const fix = (change: Change) => {
    const sent: string[] = [];
    const lambda = {
      send: async (command: object) => sent.push(command.constructor.name),
    } as unknown as LambdaClient;
    const parts = { lambda, name: 'reconcile', mayAsk: false, streams };
    return fixRecursion({ ...healthyFacts, ...change }, parts).then((isFixed) => ({ isFixed, sent }));
  };

  it('--fix changes the setting where it is wrong, and nothing where it is not', async () => {
    expect(await fix({ recursion: know('Terminate') })).toEqual({
      isFixed: true,
      sent: ['PutFunctionRecursionConfigCommand'],
    });
    expect(await fix({})).toEqual({ isFixed: false, sent: [] });
    expect(await fix({ recursion: know('Terminate'), job: limits({ maxInvocations: 14 }) })).toEqual({
      isFixed: false,
      sent: [],
    });
  });

  it('--fix is refused for a job that nothing would end then', async () => {
    await expect(
      fix({ recursion: know('Terminate'), job: limits({ maxInvocations: 1e9, maxDurationMs: 1e15 }) }),
    ).rejects.toThrow(
      /^--fix is refused, since then: The setting is Allow, and job Reconcile has no fuse .*\n→ Set limits\.maxInvocations/,
    );
  });

  it.each([
    ['y', true],
    ['yes', true],
    ['n', false],
    ['', false],
    [undefined, false],
  ])('--fix asks on a terminal, and takes %p for %p', async (answer, isFixed) => {
    const stdin = Object.assign(Readable.from(answer === undefined ? [] : [`${answer}\n`]), { isTTY: true });
    const lambda = { send: async () => ({}) } as unknown as LambdaClient;
    const terminal = { ...streams, stdin, stdout: { isTTY: true, write: () => {} } };
    const facts = { ...healthyFacts, recursion: know('Terminate' as const) };
    expect(await fixRecursion(facts, { lambda, name: 'reconcile', mayAsk: true, streams: terminal })).toBe(
      isFixed,
    );
  });
});

describe('baton doctor', () => {
  it.each([
    [[], 'baton doctor needs the function: its name or ARN.'],
    [['a', 'b'], 'baton doctor looks at one function, not also b.'],
    [['a b'], 'a b is no name of a function.'],
    [['a', '--yes'], '--yes is for --fix.'],
    [['--template', 'x.json', '--fix'], '--fix changes a deployed function, not a template.'],
    [['a', '--regoin', 'x'], 'baton doctor has no option --regoin.\n→ Did you mean --region?'],
  ])('baton doctor refuses %p with 2', async (args, problem) => {
    const { exitCode, stdout, stderr } = await readPrinted(['doctor', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).toContain('\n→ ');
  });

  it('baton doctor explains all its options in 110 columns', async () => {
    const { stdout, exitCode } = await readPrinted(['doctor', '--help']);
    expect(exitCode).toBe(0);
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(110);
    for (const option of ['region', 'bundle', 'template', 'fix', 'yes', 'json'])
      expect(stdout).toContain(`--${option}`);
    expect((await readPrinted(['--help'])).stdout).toContain('baton doctor <function>');
  });
});
