import { CheckpointStoreError } from '../../../../../src';
import { explainFailure } from '../../../../../src/runtime/adapters/aws/aws-failures';

const place = {
  store: 'S3 bucket',
  place: 'jobs',
  missingFix: 'Create it.',
  refusedFix: 'Grant s3:GetObject.',
};

/** An error as the AWS SDK throws it. */
function awsError(name: string, httpStatusCode: number, message = `${name} said AWS`) {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}

describe('a store that AWS refuses', () => {
  it.each([
    [awsError('AccessDenied', 403), 'refused', 'Grant s3:GetObject.'],
    [awsError('SomethingNobodyKnows', 403), 'refused', 'Grant s3:GetObject.'],
    [awsError('NoSuchBucket', 404), 'missing', 'Create it.'],
    [
      awsError('KMS.DisabledException', 400),
      'refused',
      'Let the caller use the KMS key that the error names',
    ],
    [
      awsError('KMSAccessDeniedException', 400),
      'refused',
      'Let the caller use the KMS key that the error names',
    ],
    [awsError('ExpiredToken', 403), 'refused', 'Give the call valid credentials'],
    [new Error('Region is missing'), 'refused', 'Set AWS_REGION'],
  ])('A store that AWS refuses says what to do about %s', (error, failure, fix) => {
    const explained = explainFailure(place, error) as CheckpointStoreError;
    expect(explained).toBeInstanceOf(CheckpointStoreError);
    expect(explained.details).toMatchObject({ place: 'jobs', failure });
    expect(explained.message).toContain(`\n→ ${fix}`);
    expect(explained.cause).toBe(error);
  });

  it.each([
    awsError('SlowDown', 503),
    awsError('ThrottlingException', 400),
    awsError('KMSThrottled', 400),
    new Error('socket hang up'),
    null,
  ])('A store that AWS refuses leaves what may pass as it is: %s', (error) => {
    expect(explainFailure(place, error)).toBe(error);
  });
});
