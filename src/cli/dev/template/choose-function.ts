import { asRecord, listResources, type Resource, type Template } from './template';
import { TemplateError } from './template-error';

/**
 * Finds the function that is meant.
 *
 * @param asked logical id, or a part of it; without one the only job of the template
 * @throws TemplateError when there is none, or more than one
 */
export function chooseFunction(template: Template, asked: string | undefined): readonly [id: string, resource: Resource] {
  const all = listResources(template, 'AWS::Lambda::Function').filter(([, { Properties }]) => !isForeign(Properties));
  const exact = all.find(([id]) => id === asked);
  const found = exact ? [exact] : asked === undefined ? preferJobs(all) : all.filter(([id]) => id.includes(asked));
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  const names = (found.length > 0 ? found : all).map(([id]) => id).join(', ') || 'none';
  const problem =
    only === undefined
      ? `${template.file} has no Node function${asked === undefined ? '' : ` ${asked}`}; it has ${names}.`
      : `${template.file} has more than one function: ${names}.`;
  throw new TemplateError(template.file, asked, {
    problem,
    cure: `Write --function and the id of one that runs on Node, or a part of it.`,
  });
}

/** Functions that the CDK adds for its own purposes are no jobs. */
function preferJobs(all: readonly (readonly [string, Resource])[]): readonly (readonly [string, Resource])[] {
  const jobs = all.filter(([, { Properties }]) => isJob(Properties));
  return jobs.length > 0 ? jobs : all;
}

function isJob({ RecursiveLoop, Environment }: Resource['Properties']): boolean {
  const names = Object.keys(asRecord(asRecord(Environment).Variables));
  return RecursiveLoop === 'Allow' || names.some((name) => name.startsWith('BATON_'));
}

/** An image names no runtime, and is told apart later, with a cure of its own. */
function isForeign({ Runtime }: Resource['Properties']): boolean {
  return typeof Runtime === 'string' && !Runtime.startsWith('nodejs');
}
