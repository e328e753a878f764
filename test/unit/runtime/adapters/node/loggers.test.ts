import { JsonLogger, type LogLevel } from '../../../../../src/runtime/adapters/node/loggers';

/** Logs, and reads the lines back. */
function record(level: LogLevel | undefined, log: (logger: JsonLogger) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  log(new JsonLogger(level, (line) => lines.push(line)));
  for (const line of lines) expect(line).toMatch(/^[^\n]+\n$/);
  return lines.map((line) => JSON.parse(line));
}

describe('JsonLogger', () => {
  it('JsonLogger writes one line of JSON per message, with level, message, time and fields', () => {
    const [line] = record('info', (logger) =>
      logger.warn('step failed', { step: 'read', attempt: 2, note: 'two\nlines' }),
    );
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

  it('JsonLogger writes to standard output, where CloudWatch collects it', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    new JsonLogger().info('execution started');
    const written = write.mock.calls;
    write.mockRestore();
    expect(written).toEqual([
      [expect.stringMatching(/^\{"level":"INFO","message":"execution started".*\}\n$/)],
    ]);
  });

  it.each<[LogLevel | undefined, string[]]>([
    [undefined, ['INFO', 'WARN', 'ERROR']],
    ['debug', ['DEBUG', 'INFO', 'WARN', 'ERROR']],
    ['info', ['INFO', 'WARN', 'ERROR']],
    ['warn', ['WARN', 'ERROR']],
    ['error', ['ERROR']],
  ])('JsonLogger at level %s writes %j', (level, written) => {
    const lines = record(level, (logger) => {
      for (const method of ['debug', 'info', 'warn', 'error'] as const) logger[method]('message');
    });
    expect(lines.map((line) => line.level)).toEqual(written);
  });

  it('JsonLogger writes an error with its causes', () => {
    const error = new TypeError('bad page', { cause: new Error('bad row') });
    const [line] = record('info', (logger) => logger.error('step failed', { error }));
    const stack = expect.stringMatching(/\n\s+at /);
    expect(line?.error).toEqual({
      name: 'TypeError',
      message: 'bad page',
      stack,
      cause: { name: 'Error', message: 'bad row', stack },
    });
  });

  it('JsonLogger cuts an error with a message of 8 MB', () => {
    const [line] = record('info', (logger) =>
      logger.error('step failed', { error: new Error('x'.repeat(8 * 1_024 * 1_024)) }),
    );
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
    ['a Map', new Map([[1, 2]]), { '1': 2 }],
    ['a Set', new Set([1, 'two']), [1, 'two']],
    ['a buffer', Buffer.from('secret'), '[Buffer, 6 bytes]'],
    ['a cycle', cyclic, { self: '[circular]' }],
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
  ])('JsonLogger loses neither the message nor the other fields for %s', (_title, value, written) => {
    const [line] = record('info', (logger) =>
      logger.info('page read', { executionId: 'order-17', value, rows: 3n }),
    );
    expect(line).toMatchObject({ level: 'INFO', message: 'page read', executionId: 'order-17', rows: '3' });
    expect(line?.value).toEqual(written);
  });

  it('JsonLogger does not throw for a field that cannot even be read', () => {
    const fields = {
      executionId: 'order-17',
      get rows(): number {
        throw new Error('closed');
      },
    };
    const [line] = record('info', (logger) => logger.info('page read', fields));
    expect(line).toMatchObject({
      message: 'page read',
      executionId: 'order-17',
      rows: '[cannot be written as JSON]',
    });
  });

  it.each<[string, () => unknown]>([
    ['an error', () => new Error('no')],
    ['what cannot be read', () => Object.create(null)],
  ])('JsonLogger writes the line when toJSON, getters and traps throw %s', (_title, make) => {
    const raise = () => {
      throw make();
    };
    const hostile = {
      get boom() {
        return raise();
      },
    };
    const fields = {
      hostile,
      json: { toJSON: raise },
      proxy: new Proxy({}, { get: raise, ownKeys: raise, getPrototypeOf: raise }),
      ok: 'still here',
    };
    const [line] = record('info', (logger) => logger.info('page read', fields));
    expect(line).toMatchObject({
      message: 'page read',
      ok: 'still here',
      hostile: { boom: '[cannot be written as JSON]' },
    });
  });

  it.each<[string, unknown]>([
    ['a revoked Proxy', makeRevoked()],
    ['a text', 'page 3'],
    ['a list', [1, 2]],
    ['null', null],
    ['a function', () => 1],
  ])('JsonLogger writes the line when the fields are %s', (_title, fields) => {
    const [line] = record('info', (logger) => logger.info('page read', fields as object));
    expect(line).toMatchObject({ level: 'INFO', message: 'page read' });
  });

  it('JsonLogger keeps an error that is given for the fields', () => {
    const [line] = record('info', (logger) =>
      logger.error('page lost', new AggregateError([new Error('row 1')], 'rows')),
    );
    expect(line?.error).toMatchObject({
      name: 'AggregateError',
      message: 'rows',
      errors: [{ message: 'row 1' }],
    });
  });

  it.each(['level', 'message', 'timestamp'])(
    'JsonLogger keeps a field called %s under another name',
    (name) => {
      const [line] = record('info', (logger) => logger.warn('page read', { [name]: 'mine' }));
      expect(line).toMatchObject({ level: 'WARN', message: 'page read', [`field_${name}`]: 'mine' });
      expect(Date.parse(line?.timestamp as string)).not.toBeNaN();
    },
  );

  it('JsonLogger writes nothing that begins a line of its own or that a terminal obeys', () => {
    const forged = '\n{"level":"ERROR"}\r\u001b[2J\u009b2J\u2028\u2029\u202e\u0000\u007f';
    const lines: string[] = [];
    new JsonLogger('info', (line) => lines.push(line)).info(forged, {
      [forged]: forged,
      error: new Error(forged),
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(lines.join('')).toMatch(/^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e]+\n$/);
    expect(JSON.parse(lines.join(''))).toMatchObject({
      message: forged,
      [forged]: forged,
      error: { message: forged },
    });
  });

  it('JsonLogger does not throw when the line cannot be written', () => {
    const logger = new JsonLogger('info', () => {
      throw new Error('EPIPE');
    });
    expect(() => logger.info('page read')).not.toThrow();
  });

  it('JsonLogger writes a bounded line for a large value, and the fields beside it', () => {
    const wide = Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => 'x'.repeat(50)));
    const deep = Array.from({ length: 100_000 }).reduce<object>((inner) => ({ inner }), {});
    const [line] = record('info', (logger) => logger.info('page read', { wide, deep, ok: 'still here' }));
    expect(line).toMatchObject({ message: 'page read', ok: 'still here' });
    expect(JSON.stringify(line).length).toBeLessThan(262_144);
    expect(JSON.stringify(line)).toContain('… [200 more]');
  });
});

function makeRevoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
