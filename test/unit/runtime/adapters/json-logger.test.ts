import { JsonLogger, type LogLevel } from '../../../../src/runtime/adapters/json-logger';

/** Logs, and reads the lines back. */
function record(level: LogLevel | undefined, log: (logger: JsonLogger) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  log(new JsonLogger(level, (line) => lines.push(line)));
  for (const line of lines) expect(line).toMatch(/^[^\n]+\n$/);
  return lines.map((line) => JSON.parse(line));
}

describe('JsonLogger', () => {
  it('writes one line of JSON per message, with level, message, time and fields', () => {
    const [line] = record('info', (logger) => logger.warn('step failed', { step: 'read', attempt: 2, note: 'two\nlines' }));
    expect(line).toEqual({
      level: 'WARN',
      message: 'step failed',
      timestamp: expect.any(String),
      step: 'read',
      attempt: 2,
      note: 'two\nlines',
    });
    expect(new Date(line?.timestamp as string).toISOString()).toBe(line?.timestamp);
  });

  it('writes to standard output, where CloudWatch collects it', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    new JsonLogger().info('execution started');
    const written = write.mock.calls;
    write.mockRestore();
    expect(written).toEqual([[expect.stringMatching(/^\{"level":"INFO","message":"execution started".*\}\n$/)]]);
  });

  it.each<[LogLevel | undefined, string[]]>([
    [undefined, ['INFO', 'WARN', 'ERROR']],
    ['debug', ['DEBUG', 'INFO', 'WARN', 'ERROR']],
    ['info', ['INFO', 'WARN', 'ERROR']],
    ['warn', ['WARN', 'ERROR']],
    ['error', ['ERROR']],
  ])('at level %s writes %j', (level, written) => {
    const lines = record(level, (logger) => {
      for (const method of ['debug', 'info', 'warn', 'error'] as const) logger[method]('message');
    });
    expect(lines.map((line) => line.level)).toEqual(written);
  });

  it('writes an error with its causes', () => {
    const error = new TypeError('bad page', { cause: new Error('bad row') });
    const [line] = record('info', (logger) => logger.error('step failed', { error }));
    expect(line?.error).toEqual({ name: 'TypeError', message: 'bad page', cause: { name: 'Error', message: 'bad row' } });
  });

  it('cuts an error with a message of 8 MB', () => {
    const [line] = record('info', (logger) => logger.error('step failed', { error: new Error('x'.repeat(8 * 1_024 * 1_024)) }));
    expect(JSON.stringify(line).length).toBeLessThan(10_000);
    expect(line).toMatchObject({ error: { message: expect.stringMatching(/x… \[\d+ characters cut\]$/) } });
  });

  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;

  it.each<[string, unknown, unknown]>([
    ['a BigInt', 17n, '17'],
    ['a function', () => {}, undefined],
    ['a symbol', Symbol('s'), undefined],
    ['undefined', undefined, undefined],
    ['NaN', Number.NaN, null],
    ['a Map', new Map([[1, 2]]), {}],
    ['a cycle', cyclic, '[cannot be written as JSON]'],
    [
      'a toJSON that throws',
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
      '[cannot be written as JSON]',
    ],
    ['an invalid date', new Date(Number.NaN), null],
    [
      'a Proxy that throws',
      new Proxy(
        {},
        {
          get() {
            throw new Error('no');
          },
        },
      ),
      '[cannot be written as JSON]',
    ],
  ])('loses neither the message nor the other fields for %s', (_title, value, written) => {
    const [line] = record('info', (logger) => logger.info('page read', { executionId: 'order-17', value, rows: 3n }));
    expect(line).toMatchObject({ level: 'INFO', message: 'page read', executionId: 'order-17', rows: '3' });
    expect(line?.value).toEqual(written);
  });

  it('does not throw for a field that cannot even be read', () => {
    const fields = {
      executionId: 'order-17',
      get rows(): number {
        throw new Error('closed');
      },
    };
    const [line] = record('info', (logger) => logger.info('page read', fields));
    expect(line).toMatchObject({ message: 'page read', executionId: 'order-17', rows: '[cannot be written as JSON]' });
  });
});
