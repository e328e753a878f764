import type { Answer } from './answer';
import type { ApiError } from './api-error';

/** An error in the words of one of the two APIs. */
export function describeError(error: ApiError, api: 'lambda' | 'sqs'): Answer {
  const { status, type, message, fields } = error;
  if (api === 'lambda') {
    return {
      status,
      headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': type },
      body: JSON.stringify({ ...fields, message, Message: message }),
    };
  }
  const fault = status < 500 ? 'Sender' : 'Receiver';
  return {
    status,
    headers: { 'Content-Type': 'application/x-amz-json-1.0', 'x-amzn-query-error': `${type};${fault}` },
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message }),
  };
}
