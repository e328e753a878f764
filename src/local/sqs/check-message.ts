import { ApiError } from '../api/operation';
import type { StandInInput } from './stand-in';

/** The largest message of a queue that says nothing else, and the largest batch of any. */
const limitBytes = 1_048_576;
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

/** UTF-8 bytes of a message as SQS counts them: body and attributes. */
export function countMessageBytes({ MessageBody, MessageAttributes = {} }: StandInInput): number {
  const attributes = Object.entries(MessageAttributes).flatMap(
    ([name, { DataType, StringValue = '', BinaryValue = '' }]) => [name, DataType, StringValue, BinaryValue],
  );
  return [MessageBody ?? '', ...attributes].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/**
 * Checks what local-aws-sqs does not: UTF-8 sizes (it counts UTF-16) and the characters of XML 1.0.
 * @throws ApiError as SQS does
 */
export function checkMessage(message: StandInInput, maximumMessageBytes = limitBytes): void {
  if (countMessageBytes(message) > maximumMessageBytes) {
    throw new ApiError(
      400,
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumMessageBytes} bytes.`,
    );
  }
  if (typeof message.MessageBody === 'string' && forbidden.test(message.MessageBody)) {
    throw new ApiError(
      400,
      'InvalidMessageContents',
      'Invalid binary character was found in the message body, the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
}

/** @throws ApiError BatchRequestTooLong */
export function checkBatch(messages: readonly StandInInput[], maximumMessageBytes: number | undefined): void {
  const total = messages.reduce((sum, message) => sum + countMessageBytes(message), 0);
  if (total > limitBytes)
    throw new ApiError(
      400,
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${limitBytes} bytes. You have sent ${total} bytes.`,
    );
  for (const message of messages) checkMessage(message, maximumMessageBytes);
}
