import { ExecutionConflictError } from 'lambda-baton';

process.env.BATON_TABLE = 'executions';
const { createFront } = jest.requireActual<typeof import('./http')>('./http');
delete process.env.BATON_TABLE;

const request = (method: string, rawPath: string, body?: object, key?: string) => ({
  rawPath,
  requestContext: { http: { method } },
  headers: { 'idempotency-key': key },
  ...(body && { body: JSON.stringify(body) }),
});

/** A client that keeps what was started. */
function createClient() {
  const started = new Map<string, string>();
  const baton = {
    start: async ({ executionId = '', input }: { executionId?: string; input?: unknown }) => {
      const text = JSON.stringify(input);
      const before = started.get(executionId);
      if (before !== undefined && before !== text)
        throw Object.assign(Object.create(ExecutionConflictError.prototype), { executionId });
      started.set(executionId, text);
      return { executionId, isNew: before === undefined, execution: undefined };
    },
    status: async (executionId: string) => (started.has(executionId) ? { status: 'running' } : undefined),
  };
  return { started, front: createFront(baton as never) };
}

const input = { tenant: 'ada', month: '2026-11' };

describe('the front door', () => {
  it('The front door answers 202 with the execution at once, and the same when it is asked twice', async () => {
    const { front, started } = createClient();
    const one = await front(request('POST', '/invoices', input, 'my key'));
    expect(one.statusCode).toBe(202);
    expect(JSON.parse(one.body)).toEqual({ executionId: 'my key', statusUrl: '/invoices/my%20key' });
    expect(await front(request('POST', '/invoices', input, 'my key'))).toEqual(one);
    expect(started.size).toBe(1);
  });

  it('The front door says where an execution stands', async () => {
    const { front } = createClient();
    await front(request('POST', '/invoices', input, 'my key'));
    const { statusCode, body } = await front(request('GET', '/invoices/my%20key'));
    expect({ statusCode, ...JSON.parse(body) }).toEqual({
      statusCode: 200,
      executionId: 'my key',
      status: 'running',
    });
  });

  it.each([
    [
      'a key that was used for something else',
      409,
      request('POST', '/invoices', { ...input, tenant: 'eve' }, 'k'),
    ],
    ['no key', 400, request('POST', '/invoices', input)],
    ['no JSON', 400, request('POST', '/invoices', undefined, 'k')],
    ['an execution that is not there', 404, request('GET', '/invoices/none')],
    ['another path', 404, request('GET', '/')],
    ['another method', 405, request('DELETE', '/invoices/k')],
  ])('The front door refuses %s with %i', async (_what, statusCode, event) => {
    const { front } = createClient();
    await front(request('POST', '/invoices', input, 'k'));
    expect(await front(event)).toMatchObject({ statusCode });
  });
});
