import { LazyClient } from './lazy-client';

/** Each try is ours to time and to repeat, so that the next channel still has its turn. */
const clientOptions = { maxAttempts: 1, requestHandler: { connectionTimeout: 2_000 } };

/** The default Lambda client. */
export function defaultLambdaClient(): LazyClient {
  return new LazyClient(async () => new (await import('@aws-sdk/client-lambda')).LambdaClient(clientOptions));
}

/** The default SQS client. */
export function defaultSqsClient(): LazyClient {
  return new LazyClient(async () => new (await import('@aws-sdk/client-sqs')).SQSClient(clientOptions));
}
