import type { StandInMessage } from './stand-in';

/** The event that an event source mapping hands to a function. */
export function batchEvent(messages: readonly StandInMessage[], queueArn: string, region: string): string {
  const records = messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.MessageBody,
    attributes: message.attributes,
    messageAttributes: describeAttributes(message),
    md5OfBody: message.MD5OfMessageBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  }));
  return JSON.stringify({ Records: records });
}

function describeAttributes({ MessageAttributes = {} }: StandInMessage): Record<string, object> {
  const entries = Object.entries(MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    {
      stringValue: StringValue,
      binaryValue: BinaryValue,
      stringListValues: [],
      binaryListValues: [],
      dataType: DataType,
    },
  ]);
  return Object.fromEntries(entries) as Record<string, object>;
}
