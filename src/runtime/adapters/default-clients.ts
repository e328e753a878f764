import { LazyClient } from './lazy-client';

/** Each try is ours to time and to repeat, so that the next channel still has its turn. */
const clientOptions = { maxAttempts: 1, requestHandler: { connectionTimeout: 2_000 } };

/** The default Lambda client. */
export function defaultLambdaClient(): LazyClient {
  return new LazyClient(async () => new (await import('@aws-sdk/client-lambda')).LambdaClient(clientOptions));
}

/** The Lambda client of those who have time: with the SDK's own retries, and an end to every try. */
export function patientLambdaClient(): LazyClient {
  const requestHandler = { connectionTimeout: 5_000, requestTimeout: 30_000 };
  return new LazyClient(async () => new (await import('@aws-sdk/client-lambda')).LambdaClient({ requestHandler }));
}

/** The default SQS client. */
export function defaultSqsClient(): LazyClient {
  return new LazyClient(async () => new (await import('@aws-sdk/client-sqs')).SQSClient(clientOptions));
}
