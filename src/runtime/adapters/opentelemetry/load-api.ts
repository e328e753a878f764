import * as modules from 'node:module';
import { refuseMissing } from '../node/refuse-missing';

const packageName = '@opentelemetry/api';

/**
 * Loads OpenTelemetry's API, at once, as Powertools is loaded. Two copies of it find each other by a global symbol.
 *
 * @throws MissingPackageError when it is not installed, or was left out of the bundle
 */
export function loadOpenTelemetry(): typeof import('@opentelemetry/api') {
  try {
    if (typeof require === 'function') return require('@opentelemetry/api');
    return modules.createRequire(import.meta.url)(packageName);
  } catch (error) {
    return refuseMissing(packageName)(error);
  }
}

export type { Attributes, Context, Span, SpanContext } from '@opentelemetry/api';
