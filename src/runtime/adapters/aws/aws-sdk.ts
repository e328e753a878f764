import { refuseMissing } from '../node/refuse-missing';

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
