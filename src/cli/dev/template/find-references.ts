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
