import { asRecord, listResources, type Resource, type Template } from './template';

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
function splitAttribute(value: unknown): readonly [id: string, attribute: string] {
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

/** Finds what a logical id stands for on this machine; undefined when there is nothing. */
export type LookUp = (id: string, attribute: string | undefined) => string | undefined;

/**
 * Works a value of a template out to a text.
 *
 * @returns the text, or `unresolved`: what in it has no value on this machine
 */
export function resolveValue(
  value: unknown,
  lookUp: LookUp,
): { readonly text: string } | { readonly unresolved: string } {
  try {
    return { text: String(evaluate(value, lookUp)) };
  } catch (error) {
    if (error instanceof Unresolved) return { unresolved: error.message };
    throw error;
  }
}

/** Ends the evaluation. */
class Unresolved extends Error {}

function evaluate(value: unknown, lookUp: LookUp): unknown {
  if (typeof value !== 'object' || value === null) return refuseDynamic(value);
  const [[name = '', argument] = []] = Object.entries(value);
  const evaluateFunction = functions[name];
  if (evaluateFunction === undefined) throw new Unresolved(name || 'an empty value');
  return refuseDynamic(evaluateFunction(argument, lookUp));
}

const functions: Readonly<Record<string, (argument: unknown, lookUp: LookUp) => unknown>> = {
  Ref: (id, lookUp) => find(String(id), undefined, lookUp),
  'Fn::GetAtt': (argument, lookUp) => find(...splitAttribute(argument), lookUp),
  'Fn::Join': (argument, lookUp) => {
    const [separator, parts] = argument as [string, unknown];
    return evaluateList(parts, lookUp).join(separator);
  },
  'Fn::Select': (argument, lookUp) => {
    const [index, list] = argument as [number | string, unknown];
    return evaluateList(list, lookUp)[Number(index)];
  },
  'Fn::Split': (argument, lookUp) => {
    const [separator, text] = argument as [string, unknown];
    return String(evaluate(text, lookUp)).split(separator);
  },
  'Fn::Sub': (argument, lookUp) => {
    const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
    return String(text).replace(/\$\{([^}]*)\}/g, (_all, name: string) =>
      substitute(name, asRecord(values), lookUp),
    );
  },
};

function substitute(name: string, values: Readonly<Record<string, unknown>>, lookUp: LookUp): string {
  if (name.startsWith('!')) return `\${${name.slice(1)}}`;
  if (Object.hasOwn(values, name)) return String(evaluate(values[name], lookUp));
  const [id, attribute] = splitAttribute(name);
  return find(id, attribute || undefined, lookUp);
}

function evaluateList(list: unknown, lookUp: LookUp): unknown[] {
  return Array.isArray(list)
    ? list.map((part) => evaluate(part, lookUp))
    : (evaluate(list, lookUp) as unknown[]);
}

function find(id: string, attribute: string | undefined, lookUp: LookUp): string {
  const found = lookUp(id, attribute);
  if (found === undefined) throw new Unresolved(attribute === undefined ? id : `${id}.${attribute}`);
  return found;
}

/** `{{resolve:secretsmanager:…}}` is resolved by CloudFormation, from an account that is not here. */
function refuseDynamic(value: unknown): unknown {
  if (typeof value === 'string' && value.includes('{{resolve:')) throw new Unresolved('a dynamic reference');
  return value;
}
