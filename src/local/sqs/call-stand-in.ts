import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from '../api/answer';
import type { StandIn } from './stand-in';

/** Hands a request that was read (and perhaps corrected) already to local-aws-sqs, and catches its answer. */
export function callStandIn(
  standIn: StandIn,
  requestHeaders: IncomingHttpHeaders,
  requestBody: Buffer,
): Promise<Answer> {
  return new Promise((resolve) => {
    const request = Object.assign(new EventEmitter(), { headers: requestHeaders, method: 'POST', url: '/' });
    const headers: Record<string, string> = {};
    const response = {
      statusCode: 200,
      setHeader: (name: string, value: string) => {
        headers[name] = value;
      },
      end: (body?: string) => resolve({ status: response.statusCode, headers, body: body ?? '' }),
    };
    void standIn.requestHandler(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    request.emit('data', requestBody);
    request.emit('end');
  });
}
