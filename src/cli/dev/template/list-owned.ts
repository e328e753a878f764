import { findReferences } from './find-references';
import { listResources, type Resource, type Template } from './template';

type Properties = Resource['Properties'];

/** Properties of the resources of a type that belong to a function, by its own name or by that of its alias or version. */
export function listOwned(template: Template, type: string, functionId: string): Properties[] {
  const owners = listNames(template, functionId);
  return listResources(template, type)
    .map(([, { Properties }]) => Properties)
    .filter((properties) => refersTo(properties, owners));
}

/** Logical ids that stand for a function: its own, and those of its aliases and versions. */
export function listNames(template: Template, functionId: string): readonly string[] {
  const qualified = ['AWS::Lambda::Alias', 'AWS::Lambda::Version'].flatMap((kind) => listResources(template, kind));
  return [functionId, ...qualified.filter(([, { Properties }]) => refersTo(Properties, [functionId])).map(([id]) => id)];
}

function refersTo({ FunctionName }: Properties, ids: readonly string[]): boolean {
  return findReferences(FunctionName).some((id) => ids.includes(id));
}
