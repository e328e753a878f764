import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeployedFunction } from '../template/read-function';
import { readFunction } from '../template/read-function';
import type { Template } from '../template/template';
import { readTemplate } from '../template/template';
import type { DevOptions } from './dev-options';

/** A function of a template, and the options it is run with. */
export interface TemplateRun {
  readonly template: Template;
  readonly deployed: DeployedFunction;
  readonly options: DevOptions;
  /** A new directory for executions, in place of the table; whoever asked for it removes it. */
  readonly storeDirectory: string;
}

/** Reads the template that the options name; what the user wrote on the command line wins over it. @throws TemplateError */
export function applyTemplate(
  options: DevOptions,
  { file, functionId }: NonNullable<DevOptions['template']>,
): TemplateRun {
  const template = readTemplate(file);
  const deployed = readFunction(template, functionId);
  const { timeoutMs, memoryMb, recursiveLoop, architecture } = deployed;
  const isGiven = (name: string) => options.given.has(name);
  return {
    template,
    deployed,
    storeDirectory: mkdtempSync(join(tmpdir(), 'lambda-baton-store-')),
    options: {
      ...options,
      file: `${deployed.id} of ${file}`,
      ...(isGiven('timeout') ? {} : { timeoutMs }),
      ...(isGiven('memory') ? {} : { memoryMb }),
      ...(isGiven('recursion') ? {} : { recursiveLoop }),
      ...(isGiven('arch') ? {} : { architecture }),
    },
  };
}
