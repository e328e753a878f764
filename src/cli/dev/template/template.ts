/** One resource of a CloudFormation template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Metadata: Readonly<Record<string, unknown>>;
}

/** A CloudFormation template, as far as it is read here. */
export interface Template {
  /** Its path, as the user wrote it. */
  readonly file: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /** Default values by parameter; undefined where there is none. */
  readonly parameters: ReadonlyMap<string, string | undefined>;
}

/** All resources of a type, with their logical ids. */
export function listResources({ resources }: Template, type: string): readonly (readonly [id: string, resource: Resource])[] {
  return [...resources].filter(([, { Type }]) => Type === type);
}

/** A value as a record; an empty one for anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
