import { CheckpointStoreError } from '../../../errors/execution-errors';
import { describeError } from '../../core/record/describe-error';
import { findAccessAdvice, findTrouble } from './classify-aws-error';

/** The part of an AWS SDK error that is read. */
interface AwsFailure {
  readonly name?: string;
  readonly message?: string;
  readonly $fault?: string;
  readonly $metadata?: { readonly attempts?: number; readonly httpStatusCode?: number };
}

/** Says whether AWS answered with one of these errors. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return names.includes((error as AwsFailure | null)?.name ?? '');
}

/** Says whether AWS answered with this status. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return statuses.includes((error as AwsFailure | null)?.$metadata?.httpStatusCode ?? 0);
}

/**
 * Says whether a refusal means that nothing was written. Not when the SDK has tried more than once: an earlier try may have been done
 * and its reply lost. A client that does not count its tries proves nothing.
 */
export function isFirstTry(error: unknown): boolean {
  return (error as AwsFailure | null)?.$metadata?.attempts === 1;
}

/** Says whether a call was turned down before it could have an effect. */
export function isWithoutEffect(error: unknown): boolean {
  return (error as AwsFailure | null)?.$fault === 'client' && isFirstTry(error);
}

/** What the store that failed is, and what to do about it. */
export interface StorePlace {
  /** `DynamoDB table`, `S3 bucket`. */
  readonly store: string;
  readonly place: string;
  readonly missingFix: string;
  readonly refusedFix: string;
}

/** Says which table or bucket is missing or refuses, and what to do. Any other error is given back as it is. */
export function explainFailure(
  { store, place, missingFix, refusedFix }: StorePlace,
  error: unknown,
): unknown {
  const failure = classify(error);
  if (failure === undefined) return error;
  const { name, message } = describeError(error);
  return new CheckpointStoreError({
    problem: `${store} ${place} ${failure === 'missing' ? 'does not exist here' : 'refuses the checkpoint store'}: ${name}: ${message}`,
    fix: findAccessAdvice(error) ?? (failure === 'missing' ? missingFix : refusedFix),
    details: { store, place, failure },
    cause: error,
  });
}

const schemaTrouble = /key element does not match|Missing the key|Type mismatch for key/;

function classify(error: unknown): 'missing' | 'refused' | undefined {
  if (isNamed(error, 'ResourceNotFoundException', 'NoSuchBucket')) return 'missing';
  if (['denied', 'key', 'region'].includes(findTrouble(error)) || hasStatus(error, 403)) return 'refused';
  return isNamed(error, 'ValidationException') && schemaTrouble.test((error as AwsFailure).message ?? '')
    ? 'refused'
    : undefined;
}
