import { CliError } from '../../command';
import { know, missOut, type Reading } from '../finding';

const denied = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'Forbidden',
]);

/**
 * Reads something of AWS. What fails is written down, so that nobody takes it for health.
 *
 * @param what - what is read, as the reader knows it
 * @param action - the IAM action that it takes
 * @throws CliError what is no matter of reading
 */
export async function tryToRead<Value>(
  what: string,
  action: string,
  read: () => Promise<Value>,
): Promise<Reading<Value>> {
  try {
    return know(await read());
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { name, message } = error as Error;
    return missOut(`${what} could not be read: ${name}: ${message.split('\n')[0]}`, chooseFix(error, action));
  }
}

/** Whether AWS knows the caller and refuses what it asks for. */
export function isDenied(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return denied.has(name ?? '') || ($metadata?.httpStatusCode === 403 && findFix(error) === undefined);
}

/** Whether what was asked about is not there. */
export function isMissing(error: unknown): boolean {
  const { name = '', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return (
    /NotFound|NonExistentQueue|QueueDoesNotExist|NoSuchBucket/.test(name) || $metadata?.httpStatusCode === 404
  );
}

/** Answers `missing` for what is not there. */
export async function orMissing<Value>(reading: Promise<Value>): Promise<Value | 'missing'> {
  return reading.catch((error: unknown) => {
    if (isMissing(error)) return 'missing' as const;
    throw error;
  });
}

/** What to do about an error of AWS, where the permission to ask is not the matter; undefined when nothing is known of it. */
export function findFix(error: unknown): string | undefined {
  const { name = '', message = '' } = error as Partial<Error>;
  const [, missing] = /Cannot find (?:package|module) '(@aws-sdk\/[\w-]+)'/.exec(message) ?? [];
  if (missing !== undefined) return `Run npm install --save-dev ${missing}.`;
  return fixes.find(({ names, messages }) => names.test(name) || messages?.test(message))?.fix;
}

/** Errors by their names, or by what they say where their names say nothing. */
const fixes: readonly { readonly names: RegExp; readonly messages?: RegExp; readonly fix: string }[] = [
  {
    names: /^(ConfigError|UnknownRegionException)$/,
    messages: /region is missing|missing region/i,
    fix: 'Say which Region: --region, or the variable AWS_REGION.',
  },
  {
    names:
      /^(CredentialsProviderError|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId|SignatureDoesNotMatch)/,
    messages: /could not load credentials|security token included in the request is (invalid|expired)/i,
    fix: 'Give credentials that are valid: those used here are missing, wrong or have expired.',
  },
  {
    names:
      /^(InvalidSignature|IncompleteSignature|RequestTimeTooSkewed|MissingAuthenticationToken|TokenRefreshRequired)/,
    fix: 'Give credentials that are valid, and look at the clock of this machine: AWS does not take the signature.',
  },
  {
    names: /^KMSAccessDenied/,
    fix: "Allow kms:Decrypt on the key of its variables to the function's role and to the credentials used here.",
  },
  {
    names: /^KMS/,
    fix: 'Look at the key that its variables are encrypted with: it is disabled, is being deleted, or is not there.',
  },
  {
    names: /^(InvalidParameterValue|ValidationException|ValidationError|InvalidRequest|InvalidAddress)/,
    fix: 'Correct what the message names: AWS does not take that value.',
  },
  {
    names: /^(Throttling|TooManyRequests|RequestLimitExceeded|SlowDown|ProvisionedThroughputExceeded)/,
    fix: 'Run baton doctor again in a minute: AWS has had too many requests from this account.',
  },
];

/** The cause goes before the status: a wrong key is answered 403 too, and no permission helps against it. */
export function chooseFix(error: unknown, action: string): string {
  const known = findFix(error);
  if (known !== undefined) return known;
  if (isDenied(error)) return `Allow ${action} to the credentials used here.`;
  return 'Run baton doctor again; look at the network and the Region if it comes back.';
}
