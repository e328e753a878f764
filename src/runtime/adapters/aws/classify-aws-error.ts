import { HandOffFailedError, type HandOffFailure } from '../../../errors';
import { describeError } from '../../core/record/describe-error';

/** What is behind an error of an AWS call, sorted by who can do something about it. */
export type AwsTrouble =
  | 'credentials'
  | 'denied'
  | 'key'
  | 'missing'
  | 'parameter'
  | 'recursion'
  | 'region'
  | 'retry'
  | 'too-large'
  | 'unfit';

/** The names are those of https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html and of the SQS API reference. */
const namesOf: Partial<Record<AwsTrouble, readonly string[]>> = {
  credentials: [
    'CredentialsProviderError',
    'ExpiredToken',
    'ExpiredTokenException',
    'IncompleteSignature',
    'InvalidClientTokenId',
    'InvalidSignatureException',
    'TokenProviderError',
    'UnrecognizedClientException',
  ],
  denied: ['AccessDenied', 'AccessDeniedException'],
  missing: ['QueueDoesNotExist', 'ResourceNotFoundException'],
  parameter: [
    'InvalidAddress',
    'InvalidMessageContents',
    'InvalidParameterValue',
    'InvalidParameterValueException',
    'ValidationException',
  ],
  recursion: ['RecursiveInvocationException'],
  'too-large': [
    'InvalidRequestContentException',
    'MessageTooLong',
    'RequestEntityTooLargeException',
    'RequestTooLargeException',
    'SerializedRequestEntityTooLargeException',
  ],
  unfit: [
    'InvalidSecurity',
    'ModeNotSupportedException',
    'NoPublishedVersionException',
    'UnsupportedOperation',
  ],
};
const troubleByName = new Map(
  Object.entries(namesOf).flatMap(([trouble, names]) => names.map((name) => [name, trouble as AwsTrouble])),
);

/** Lambda writes KMS, SQS writes Kms, S3 puts a dot behind it; SQS answers throttling with 403. */
const keyTrouble = /^kms/i;
const throttling = /throttl/i;
/** SQS answers a message above the queue's own maximum with `InvalidParameterValue`, and says only here why. */
const tooLong = /must be shorter than \d+ bytes/i;
const limitInText = /(?:shorter than|limit:?) (\d+) bytes/i;
/** The SDK throws a plain `Error` for these. */
const noRegion = /region is missing/i;

/** Sorts an error of an AWS call by what is behind it. */
export function findTrouble(error: unknown): AwsTrouble {
  const { name, message } = describeError(error);
  if (throttling.test(name)) return 'retry';
  if (isStatus(error, 413) || tooLong.test(message)) return 'too-large';
  if (keyTrouble.test(name)) return 'key';
  if (noRegion.test(message)) return 'region';
  return troubleByName.get(name) ?? (isStatus(error, 403) ? 'denied' : 'retry');
}

/** What a trouble means for a hand-off. */
export function classifyTrouble(trouble: AwsTrouble): HandOffFailure {
  return trouble === 'recursion' || trouble === 'retry' || trouble === 'too-large' ? trouble : 'refused';
}

/** What to do about a trouble, whoever calls. */
const commonAdvice = {
  credentials:
    "Give the call valid credentials: on Lambda the function's own role, elsewhere AWS_PROFILE or the AWS_* variables.",
  key: 'Let the caller use the KMS key that the error names (kms:Decrypt, for a queue kms:GenerateDataKey too), and check that it is enabled.',
  parameter: 'Correct the parameter that the error names; permissions are not the reason.',
  recursion:
    "Set the function's recursion configuration to Allow (RecursiveLoop: Allow); lambda-baton's fuses then guard against rogues.",
  region: 'Set AWS_REGION, or give the client a region; Lambda sets it for every function.',
  unfit: 'Change the setting that the error names; permissions are not the reason.',
} as const;

/** What to do about the troubles whose advice depends on what is called, and by whom. */
export type CallAdvice = Readonly<Record<Exclude<AwsTrouble, keyof typeof commonAdvice>, string>>;

/** The one thing to do about a trouble. */
export function adviseOn(trouble: AwsTrouble, own: CallAdvice): string {
  return { ...commonAdvice, ...own }[trouble];
}

/** What to do about a key, credentials or a Region, whatever is called; undefined for any other trouble. */
export function findAccessAdvice(error: unknown): string | undefined {
  const trouble = findTrouble(error);
  return trouble === 'key' || trouble === 'credentials' || trouble === 'region'
    ? commonAdvice[trouble]
    : undefined;
}

const passing = 'It may pass on its own; look at throttling and at the network if it comes back.';
const large = 'Keep large data somewhere else and a key to it in the state, or configure a checkpoint store.';

/** What to do when a channel of this name fails. */
const channelAdvice: Readonly<Record<'lambda' | 'scheduler' | 'sqs', CallAdvice>> = {
  lambda: {
    denied:
      'Grant the function lambda:InvokeFunction on its own ARN and its versions (…:function:NAME and …:function:NAME:*).',
    missing:
      'Bring the function, version or alias back that the error names; an execution goes on with the version that it is pinned to.',
    retry: passing,
    'too-large': large,
  },
  scheduler: {
    denied:
      'Grant the function scheduler:CreateSchedule on the group of BATON_SCHEDULER_GROUP, and iam:PassRole on the role of BATON_SCHEDULER_ROLE_ARN.',
    missing: 'Create the schedule group that BATON_SCHEDULER_GROUP names, or leave the variable out.',
    retry: passing,
    'too-large': large,
  },
  sqs: {
    denied: 'Grant the function sqs:SendMessage on the queue that BATON_QUEUE_URL names.',
    missing: 'Create the queue, or correct BATON_QUEUE_URL: its account, its Region and its name.',
    retry: passing,
    'too-large': large,
  },
};

/**
 * Says what an AWS SDK error means for the hand-off.
 *
 * @returns an error whose `details.reason` is the name that AWS gave it, and whose `details.maxBytes` is the limit that AWS named.
 */
export function classifyAwsError(channel: keyof typeof channelAdvice, error: unknown): HandOffFailedError {
  const { name, message } = describeError(error);
  const trouble = findTrouble(error);
  const maxBytes = trouble === 'too-large' ? readLimitBytes(message) : undefined;
  return new HandOffFailedError({
    problem: `Channel ${channel} failed: ${name}: ${message}`,
    fix: adviseOn(trouble, channelAdvice[channel]),
    details: {
      channel,
      failure: classifyTrouble(trouble),
      reason: name,
      ...(maxBytes === undefined ? {} : { maxBytes }),
    },
    cause: error,
  });
}

function readLimitBytes(message: string): number | undefined {
  const bytes = Number(limitInText.exec(message)?.[1]);
  return bytes > 0 ? bytes : undefined;
}

function isStatus(error: unknown, status: number): boolean {
  const metadata = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata;
  return metadata?.httpStatusCode === status;
}
