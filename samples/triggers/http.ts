import {
  BatonClient,
  type CheckpointStore,
  DynamoDbCheckpointStore,
  ExecutionConflictError,
} from 'lambda-baton';
import type { InvoiceInput } from './job';

/** What a function URL or an HTTP API sends, as far as it is needed here. */
interface HttpRequest {
  readonly rawPath: string;
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

type Starter = Pick<BatonClient, 'start' | 'status'>;

/**
 * The front door, a function of its own: `POST /invoices` starts an execution and answers at once,
 * `GET /invoices/<id>` says where it stands. The caller's `idempotency-key` is the execution's id, so asking twice starts one.
 */
export function createFront(baton: Starter) {
  return async ({ rawPath, requestContext, headers, body }: HttpRequest) => {
    const { method } = requestContext.http;
    const [, resource, id] = rawPath.split('/');
    if (resource !== 'invoices') return answer(404, { problem: `There is no ${rawPath}.` });
    if (method === 'GET' && id) return readStatus(baton, decodeURIComponent(id));
    if (method === 'POST' && !id) return start(baton, headers['idempotency-key'], readInput(body));
    return answer(405, { problem: `${method} is not for ${rawPath}.` });
  };
}

async function start(baton: Starter, executionId: string | undefined, input: InvoiceInput | undefined) {
  if (!executionId || !input)
    return answer(400, { problem: 'Send an idempotency-key, and tenant and month as JSON.' });
  try {
    await baton.start({ executionId, input });
  } catch (error) {
    if (!(error instanceof ExecutionConflictError)) throw error;
    return answer(409, { problem: `${executionId} was started with another tenant or month.` });
  }
  return answer(202, { executionId, statusUrl: `/invoices/${encodeURIComponent(executionId)}` });
}

async function readStatus(baton: Starter, executionId: string) {
  const execution = await baton.status(executionId);
  if (execution === undefined) return answer(404, { problem: `There is no ${executionId}.` });
  return answer(200, { executionId, status: execution.status });
}

function readInput(body = ''): InvoiceInput | undefined {
  try {
    const { tenant, month } = JSON.parse(body);
    return typeof tenant === 'string' && /^\d{4}-\d\d$/.test(month) ? { tenant, month } : undefined;
  } catch {
    return undefined;
  }
}

function answer(statusCode: number, body: object) {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

const { JOB_FUNCTION = '', BATON_TABLE = '' } = process.env;
const store: CheckpointStore = new DynamoDbCheckpointStore({ tableName: BATON_TABLE });
export const handler = createFront(new BatonClient({ functionName: JOB_FUNCTION, store }));
