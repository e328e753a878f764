/** Finds resources that depend on each other, following references and `DependsOn` as CloudFormation does: it deploys no such template. */
export function findCycle({
  Resources = {},
}: {
  Resources?: Record<string, object>;
}): readonly string[] | undefined {
  const done = new Set<string>();
  const follow = (id: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (done.has(id)) return undefined;
    const targets = findReferences(Resources[id]).filter((target) => target in Resources);
    const cycle = targets.map((target) => follow(target, [...path, id])).find((found) => found !== undefined);
    done.add(id);
    return cycle;
  };
  return Object.keys(Resources)
    .map((id) => follow(id, []))
    .find((cycle) => cycle !== undefined);
}

function findReferences(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(findReferences);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'Ref') return [inner as string];
    if (name === 'Fn::GetAtt') return [String([inner].flat()[0]).split('.')[0] as string];
    if (name === 'Fn::Sub')
      return [...String([inner].flat()[0]).matchAll(/\$\{(\w+)/g)].map(([, id]) => id as string);
    return name === 'DependsOn' ? [inner as string | string[]].flat() : findReferences(inner);
  });
}
