import { BatonError, type BatonErrorParts } from '../../../errors';

/** A template that cannot be run on this machine: it is not there, or says something that has no local stand-in. */
export class TemplateError extends BatonError<{ template: string; resource: string | undefined }> {
  override readonly name = 'TemplateError';
  readonly code = 'LOCAL_LAMBDA';

  /** @param resource logical id of what cannot be mapped */
  constructor(template: string, resource: string | undefined, parts: Omit<BatonErrorParts, 'details'>) {
    super({ ...parts, details: { template, resource } });
  }
}
