import { asRecord, listResources, type Resource, type Template, TemplateError } from './template';

/** A function with this variable sweeps the executions of the function that its value names. */
export const sweepVariable = 'BATON_SWEEP_FUNCTION';

/**
 * Finds the function that is meant.
 *
 * @param asked logical id, or a part of it; without one the only job of the template
 * @throws TemplateError when there is none, or more than one
 */
export function chooseFunction(
  template: Template,
  asked: string | undefined,
): readonly [id: string, resource: Resource] {
  const all = listResources(template, 'AWS::Lambda::Function').filter(
    ([, { Properties }]) => !isForeign(Properties),
  );
  const exact = all.find(([id]) => id === asked);
  const found = exact
    ? [exact]
    : asked === undefined
      ? preferJobs(all)
      : preferSwept(all.filter(([id]) => id.includes(asked)));
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  const names = (found.length > 0 ? found : all).map(([id]) => id).join(', ') || 'none';
  const problem =
    only === undefined
      ? `${template.file} has no Node function${asked === undefined ? '' : ` ${asked}`}; it has ${names}.`
      : `${template.file} has more than one function: ${names}.`;
  throw new TemplateError(template.file, asked, {
    problem,
    fix: `Write --function and the id of one that runs on Node, or a part of it.`,
  });
}

type Candidates = readonly (readonly [id: string, resource: Resource])[];

/** Functions that the CDK adds for its own purposes are no jobs, nor are those that sweep. */
function preferJobs(all: Candidates): Candidates {
  const jobs = all.filter(([, { Properties }]) => isJob(Properties));
  return jobs.length > 0 ? jobs : all;
}

/** Who names a construct means its job, and not what sweeps it. */
function preferSwept(all: Candidates): Candidates {
  const others = all.filter(([, { Properties }]) => !isSweeper(Properties));
  return others.length > 0 ? others : all;
}

function isJob(properties: Resource['Properties']): boolean {
  if (isSweeper(properties)) return false;
  const { RecursiveLoop, Environment } = properties;
  return (
    RecursiveLoop === 'Allow' || listVariables({ Environment }).some((name) => name.startsWith('BATON_'))
  );
}

function isSweeper(properties: Resource['Properties']): boolean {
  return listVariables(properties).includes(sweepVariable);
}

function listVariables({ Environment }: Resource['Properties']): string[] {
  return Object.keys(asRecord(asRecord(Environment).Variables));
}

/** An image names no runtime, and is told apart later, with a fix of its own. */
function isForeign({ Runtime }: Resource['Properties']): boolean {
  return typeof Runtime === 'string' && !Runtime.startsWith('nodejs');
}
