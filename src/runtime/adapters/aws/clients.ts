import { refuseMissing } from '../node/refuse-missing';
import { LazyClient } from './lazy-client';

/*
 * The only place that names the SDK's packages. A bundler that does not find an import() with a catch() of its own leaves it for run
 * time and warns; without the catch() it refuses to bundle, also where the package is for a store that is not used.
 */

/** Loads the SDK of Lambda. @throws MissingPackageError when it is not installed */
export function loadLambdaSdk() {
  return import('@aws-sdk/client-lambda').catch(refuseMissing('@aws-sdk/client-lambda'));
}

/** Loads the SDK of SQS. @throws MissingPackageError when it is not installed */
export function loadSqsSdk() {
  return import('@aws-sdk/client-sqs').catch(refuseMissing('@aws-sdk/client-sqs'));
}

/** Loads the SDK of EventBridge Scheduler. @throws MissingPackageError when it is not installed */
export function loadSchedulerSdk() {
  return import('@aws-sdk/client-scheduler').catch(refuseMissing('@aws-sdk/client-scheduler'));
}

/** Loads the SDK of DynamoDB. @throws MissingPackageError when it is not installed */
export function loadDynamoDbSdk() {
  return import('@aws-sdk/client-dynamodb').catch(refuseMissing('@aws-sdk/client-dynamodb'));
}

/** Loads the SDK of S3. @throws MissingPackageError when it is not installed */
export function loadS3Sdk() {
  return import('@aws-sdk/client-s3').catch(refuseMissing('@aws-sdk/client-s3'));
}

const ignore = () => {};

/**
 * The middleware is put together once for each kind of command, and what nobody logs is not put into words: a fifth of a call. That is
 * what the SDK does for a logger with `info`, which it asks for first; `debug` and `warn` are called without asking.
 */
const quickly = {
  cacheMiddleware: true,
  logger: { trace: ignore, debug: ignore, warn: ignore, error: ignore } as never,
};

/** Each try is ours to time and to repeat, so that the next channel still has its turn. */
const clientOptions = { ...quickly, maxAttempts: 1, requestHandler: { connectionTimeout: 2_000 } };

/** The default Lambda client. */
export function defaultLambdaClient(): LazyClient {
  return new LazyClient(async () => new (await loadLambdaSdk()).LambdaClient(clientOptions));
}

/** The Lambda client of those who have time: with the SDK's own retries, and an end to every try. */
export function patientLambdaClient(): LazyClient {
  const requestHandler = { connectionTimeout: 5_000, requestTimeout: 30_000 };
  return new LazyClient(async () => new (await loadLambdaSdk()).LambdaClient({ ...quickly, requestHandler }));
}

/** The default SQS client. */
export function defaultSqsClient(): LazyClient {
  return new LazyClient(async () => new (await loadSqsSdk()).SQSClient(clientOptions));
}

/** The default client of EventBridge Scheduler. */
export function defaultSchedulerClient(): LazyClient {
  return new LazyClient(async () => new (await loadSchedulerSdk()).SchedulerClient(clientOptions));
}

/** A checkpoint that hangs must leave time for another try; the SDK's own second try spares a claim a trip through Lambda's retry. */
function storeOptions(requestTimeout: number) {
  return {
    ...quickly,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2_000, requestTimeout, throwOnRequestTimeout: true },
  };
}

/** The default DynamoDB client. */
export function defaultDynamoDbClient(): LazyClient {
  return new LazyClient(async () => new (await loadDynamoDbSdk()).DynamoDBClient(storeOptions(3_000)));
}

/** The default S3 client. */
export function defaultS3Client(): LazyClient {
  return new LazyClient(async () => new (await loadS3Sdk()).S3Client(storeOptions(10_000)));
}
