import { BatonError } from '../errors/baton-error';

/** The test kit was asked for something that it cannot do, or what is tested does not wait on virtual time. Never happens on AWS. */
export class TestKitError extends BatonError {
  override readonly name = 'TestKitError';
  readonly code = 'TEST_KIT';
}
