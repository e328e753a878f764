import { listResources, type Resource, type Template } from './template';

type Properties = Resource['Properties'];

/** Lists the logical ids that a value refers to, by `Ref`, `Fn::GetAtt` or `Fn::Sub`, at any depth. */
export function findReferences(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(findReferences);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'Ref') return [String(inner)];
    if (name === 'Fn::GetAtt') return [splitAttribute(inner)[0]];
    if (name === 'Fn::Sub') return [...listPlaceholders(inner), ...findReferences(inner)];
    return findReferences(inner);
  });
}

/** `['Queue', 'Arn']` and `Queue.Arn` are the same. */
export function splitAttribute(value: unknown): readonly [id: string, attribute: string] {
  const [id = '', ...attribute] = Array.isArray(value) ? value.map(String) : String(value).split('.');
  return [id, attribute.join('.')];
}

function listPlaceholders(sub: unknown): string[] {
  const text = Array.isArray(sub) ? String(sub[0]) : String(sub);
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => splitAttribute(name)[0]);
}

/** Properties of the resources of a type that belong to a function, by its own name or by that of its alias or version. */
export function listOwned(template: Template, type: string, functionId: string): Properties[] {
  const owners = listNames(template, functionId);
  return listResources(template, type)
    .map(([, { Properties }]) => Properties)
    .filter((properties) => refersTo(properties, owners));
}

/** Logical ids that stand for a function: its own, and those of its aliases and versions. */
export function listNames(template: Template, functionId: string): readonly string[] {
  const qualified = ['AWS::Lambda::Alias', 'AWS::Lambda::Version'].flatMap((kind) =>
    listResources(template, kind),
  );
  return [
    functionId,
    ...qualified.filter(([, { Properties }]) => refersTo(Properties, [functionId])).map(([id]) => id),
  ];
}

function refersTo({ FunctionName }: Properties, ids: readonly string[]): boolean {
  return findReferences(FunctionName).some((id) => ids.includes(id));
}
