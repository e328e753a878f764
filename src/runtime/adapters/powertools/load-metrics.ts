import * as modules from 'node:module';
import { refuseMissing } from '../node/refuse-missing';

const packageName = '@aws-lambda-powertools/metrics';

/**
 * Loads Powertools' metrics, at once: an observer is told of an invocation's end synchronously, and after that the process may be frozen.
 * Bundlers find `require` with the package's name; inside `try` they do not insist on it. The whole of `node:module` is imported, since
 * the usual banner of bundles in ESM imports `createRequire` itself.
 *
 * @throws MissingPackageError when it is not installed, or was left out of the bundle
 */
export function loadMetrics(): typeof import('@aws-lambda-powertools/metrics') {
  try {
    if (typeof require === 'function') return require('@aws-lambda-powertools/metrics');
    return modules.createRequire(import.meta.url)(packageName);
  } catch (error) {
    return refuseMissing(packageName)(error);
  }
}
