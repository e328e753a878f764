import { MissingPackageError } from '../../../errors';

/** Throws what kept a package from being loaded, or says that it is missing when that is why. */
export function refuseMissing(packageName: string): (error: unknown) => never {
  return (error) => {
    const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
    const isMissing =
      (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') &&
      String(message).includes(`'${packageName}'`);
    if (!isMissing) throw error;
    throw new MissingPackageError(packageName, error);
  };
}
