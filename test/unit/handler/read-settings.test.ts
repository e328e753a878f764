import { readSettings } from '../../../src/handler/read-settings';

const longKey = 'sixteen bytes...';
const nothing = {
  queueUrl: undefined,
  continueOn: undefined,
  logLevel: undefined,
  store: undefined,
  signingKeys: [],
  retryAfterMs: 50_000,
  isOnLambda: false,
};
const queueUrl = 'https://sqs.eu-central-1.amazonaws.com/123456789012/jobs';

describe('readSettings', () => {
  it.each<[string, Record<string, string | undefined>, object]>([
    ['nothing', {}, {}],
    ['what belongs to others', { PATH: '/bin', AWS_REGION: 'eu-central-1', BATON_UNKNOWN: 'x' }, {}],
    [
      'empty texts, as a template leaves them',
      { BATON_QUEUE_URL: '', BATON_CONTINUE_ON: '', BATON_LOG_LEVEL: '', BATON_TABLE: '' },
      {},
    ],
    ['a queue', { BATON_QUEUE_URL: queueUrl }, { queueUrl }],
    [
      'a queue on this machine',
      { BATON_QUEUE_URL: 'http://127.0.0.1:9324/1/jobs' },
      { queueUrl: 'http://127.0.0.1:9324/1/jobs' },
    ],
    ['Lambda', { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' }, { isOnLambda: true }],
    ['pinned', { BATON_CONTINUE_ON: 'pinned' }, { continueOn: 'pinned' }],
    ['latest', { BATON_CONTINUE_ON: 'latest' }, { continueOn: 'latest' }],
    ['a level', { BATON_LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    ['a level in capitals', { BATON_LOG_LEVEL: 'WARN' }, { logLevel: 'warn' }],
    ['a patience with silent owners', { BATON_RETRY_AFTER_MS: '1500' }, { retryAfterMs: 1_500 }],
    ['no patience with silent owners', { BATON_RETRY_AFTER_MS: '0' }, { retryAfterMs: 0 }],
    ['a directory', { BATON_DIRECTORY: '.baton' }, { store: { kind: 'directory', directory: '.baton' } }],
    ['a table', { BATON_TABLE: 'jobs' }, { store: { kind: 'table', table: 'jobs' } }],
    [
      'a bucket, which is the store',
      { BATON_BUCKET: 'states' },
      { store: { kind: 'bucket', bucket: 'states' } },
    ],
    [
      'a table with a bucket, which has room for large states',
      { BATON_TABLE: 'jobs', BATON_BUCKET: 'states' },
      { store: { kind: 'table', table: 'jobs', bucket: 'states' } },
    ],
    ['a key', { BATON_SIGNING_KEY: 'c2VjcmV0c2VjcmV0' }, { signingKeys: ['c2VjcmV0c2VjcmV0'] }],
    [
      'a new key and an old one',
      { BATON_SIGNING_KEY: 'the new key of 22 bytes, the old key of 22 bytes' },
      { signingKeys: ['the new key of 22 bytes', 'the old key of 22 bytes'] },
    ],
  ])('readSettings takes %s', (_title, environment, settings) => {
    expect(readSettings(environment)).toEqual({ settings: { ...nothing, ...settings }, faults: [] });
  });

  it.each([
    ['BATON_QUEUE_URL', 'jobs', 'the URL of an SQS queue'],
    ['BATON_QUEUE_URL', 'arn:', 'the URL of an SQS queue'],
    ['BATON_QUEUE_URL', 'arn:aws:sqs:eu-central-1:123456789012:jobs', 'the URL of an SQS queue'],
    ['BATON_CONTINUE_ON', 'Latest', 'pinned or latest'],
    ['BATON_CONTINUE_ON', '$LATEST', 'pinned or latest'],
    ['BATON_RETRY_AFTER_MS', '-1', 'a whole number of milliseconds, 0 or more'],
    ['BATON_RETRY_AFTER_MS', '1.5', 'a whole number of milliseconds, 0 or more'],
    ['BATON_RETRY_AFTER_MS', '1e3', 'a whole number of milliseconds, 0 or more'],
    ['BATON_RETRY_AFTER_MS', 'a minute', 'a whole number of milliseconds, 0 or more'],
    ['BATON_LOG_LEVEL', 'verbose', 'debug, info, warn or error'],
    ['BATON_LOG_LEVEL', 'constructor', 'debug, info, warn or error'],
  ])('readSettings refuses %s=%s, and says what it takes', (name, value, expected) => {
    const { settings, faults } = readSettings({ [name]: value });
    expect(settings).toEqual(nothing);
    expect(faults).toEqual([
      {
        problem: `Environment variable ${name} is ${JSON.stringify(value)}, which is not ${expected}.`,
        fix: `Set ${name} to ${expected}, or leave it out.`,
      },
    ]);
  });

  it.each([`,${longKey}`, `${longKey},`, `${longKey},,${longKey}`, '  '])(
    'readSettings refuses an empty key, and does not show the others: %j',
    (value) => {
      const { faults } = readSettings({ BATON_SIGNING_KEY: value });
      expect(faults).toEqual([
        {
          problem:
            'Environment variable BATON_SIGNING_KEY has an empty key: before, after or between its commas, or nothing but spaces.',
          fix: 'Give one key, or the new one and the old one with a comma between them.',
        },
      ]);
    },
  );

  it.each(['k', 'fifteen bytes..', `${longKey},short`, 'short,'])(
    'readSettings refuses a key that can be guessed, and does not show it: %j',
    (value) => {
      const { faults } = readSettings({ BATON_SIGNING_KEY: value });
      expect(faults).toContainEqual({
        problem:
          'Environment variable BATON_SIGNING_KEY has a key of fewer than 16 bytes, which can be guessed.',
        fix: 'Make one: openssl rand -hex 32.',
      });
    },
  );

  it.each(['BATON_TABLE', 'BATON_BUCKET'])(
    'readSettings refuses BATON_DIRECTORY beside %s, and says what to leave out',
    (name) => {
      const { faults } = readSettings({ BATON_DIRECTORY: '.baton', [name]: 'jobs' });
      expect(faults).toEqual([
        {
          problem: `Environment variables BATON_DIRECTORY and ${name} are both set, and executions are kept in one place.`,
          fix: 'Leave one of them out: BATON_DIRECTORY is for this machine or EFS, BATON_TABLE or BATON_BUCKET for Lambda.',
        },
      ]);
    },
  );

  it('readSettings reports every fault together', () => {
    const { faults } = readSettings({
      BATON_QUEUE_URL: 'jobs',
      BATON_CONTINUE_ON: 'never',
      BATON_LOG_LEVEL: 'loud',
    });
    expect(faults).toHaveLength(3);
  });
});
