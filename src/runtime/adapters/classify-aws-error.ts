import { HandOffFailedError, type HandOffFailure } from '../../errors';
import { describeError } from '../core/describe-error';

/** Sorted as AWS documents them: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html and the SQS API reference. */
const tooLarge = new Set(['InvalidRequestContentException', 'RequestTooLargeException', 'SerializedRequestEntityTooLargeException']);
const refused = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'CredentialsProviderError',
  'ExpiredTokenException',
  'InvalidAddress',
  'InvalidClientTokenId',
  'InvalidMessageContents',
  'InvalidParameterValue',
  'InvalidParameterValueException',
  'InvalidSecurity',
  'InvalidSignatureException',
  'ModeNotSupportedException',
  'NoPublishedVersionException',
  'QueueDoesNotExist',
  'ResourceNotFoundException',
  'UnrecognizedClientException',
  'UnsupportedOperation',
]);
/** Lambda writes KMS, SQS writes Kms; SQS answers throttling with 403. */
const keyTrouble = /^kms/i;
const throttling = /throttl/i;

const cures: Record<HandOffFailure, string> = {
  recursion: "Set the function's recursion configuration to Allow (RecursiveLoop: Allow); lambda-baton's fuses then guard against rogues.",
  refused: 'Grant the function lambda:InvokeFunction on its own ARN and its versions, sqs:SendMessage on the queue, and check both names.',
  retry: 'It may pass on its own; look at throttling and at the network if it comes back.',
  'too-large': 'Keep large data somewhere else and a key to it in the state.',
};

/** Says what an AWS SDK error means for the hand-off. */
export function classifyAwsError(channel: string, error: unknown): HandOffFailedError {
  const { name, message } = describeError(error);
  const failure = classifyFailure(name, error);
  return new HandOffFailedError({
    problem: `Channel ${channel} failed: ${name}: ${message}`,
    cure: cures[failure],
    details: { channel, failure, reason: name },
    cause: error,
  });
}

/** Sorts an AWS SDK error by what can be done about it. `name` is the error's. */
export function classifyFailure(name: string, error: unknown): HandOffFailure {
  if (name === 'RecursiveInvocationException') return 'recursion';
  if (throttling.test(name)) return 'retry';
  if (tooLarge.has(name) || isStatus(error, 413)) return 'too-large';
  if (refused.has(name) || keyTrouble.test(name) || isStatus(error, 403)) return 'refused';
  return 'retry';
}

function isStatus(error: unknown, status: number): boolean {
  const metadata = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata;
  return metadata?.httpStatusCode === status;
}
