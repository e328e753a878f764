import type { InvokeApi } from '../invoke/invoke-api';
import type { InvokeResult } from '../options';
import type { Answer, Operation, RawRequest } from './operation';

/** The Invoke call, from the wire to the wire. */
export function invokeOperation(invokeApi: InvokeApi, request: RawRequest, reference: string): Operation {
  const { headers, query, body, callerRequestId } = request;
  const invocationType = header(headers['x-amz-invocation-type']) ?? 'RequestResponse';
  const qualifier = query.get('Qualifier');
  const traceHeader = header(headers['x-amzn-trace-id']);
  const context = header(headers['x-amz-client-context']);
  const wantsLog = headers['x-amz-log-type'] === 'Tail';
  const run = async (isDuplicate: boolean): Promise<Answer> => {
    const result = await invokeApi.invoke({
      reference,
      invocationType,
      payload: body,
      deliveries: isDuplicate ? 2 : 1,
      ...(qualifier === null ? {} : { qualifier }),
      ...(traceHeader === undefined ? {} : { traceHeader }),
      ...(context === undefined ? {} : { clientContext: Buffer.from(context, 'base64').toString() }),
      ...(callerRequestId === undefined ? {} : { callerRequestId }),
    });
    return describeAnswer(result, wantsLog);
  };
  return { name: 'Invoke', target: reference, invocationType, api: 'lambda', run };
}

function describeAnswer(
  { statusCode, requestId, executedVersion, functionError, logTail, payload }: InvokeResult,
  wantsLog: boolean,
): Answer {
  return {
    status: statusCode,
    headers: {
      'Content-Type': 'application/json',
      'x-amzn-RequestId': requestId,
      ...(executedVersion === undefined ? {} : { 'X-Amz-Executed-Version': executedVersion }),
      ...(functionError === undefined ? {} : { 'X-Amz-Function-Error': functionError }),
      ...(wantsLog && logTail !== undefined
        ? { 'X-Amz-Log-Result': Buffer.from(logTail).toString('base64') }
        : {}),
    },
    body: payload === undefined ? '' : JSON.stringify(payload),
  };
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
