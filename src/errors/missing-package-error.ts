import { BatonError } from './baton-error';

/** A package that what is used here needs is not installed, or was left out of the bundle. */
export class MissingPackageError extends BatonError<{ packageName: string }> {
  override readonly name = 'MissingPackageError';
  readonly code = 'MISSING_PACKAGE';

  constructor(packageName: string, cause: unknown) {
    super({
      problem: `The package ${packageName} is needed here and cannot be found.`,
      fix: `Run npm install ${packageName}, and bundle again if you bundle.`,
      details: { packageName },
      cause,
    });
  }
}
