import { readFileSync } from 'node:fs';
import { BatonError, type BatonErrorParts } from '../../errors';
import { decodeText } from '../arguments/read-values';

/** One resource of a CloudFormation template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Metadata: Readonly<Record<string, unknown>>;
  /** What becomes of it when a later template has it no more. */
  readonly DeletionPolicy?: string;
}

/** A CloudFormation template, as far as it is read here. */
export interface Template {
  /** Its path, as the user wrote it. */
  readonly file: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /** Default values by parameter; undefined where there is none. */
  readonly parameters: ReadonlyMap<string, string | undefined>;
  /** Tables of values, for `Fn::FindInMap`. */
  readonly mappings: Readonly<Record<string, unknown>>;
}

/** All resources of a type, with their logical ids. */
export function listResources(
  { resources }: Template,
  type: string,
): readonly (readonly [id: string, resource: Resource])[] {
  return [...resources].filter(([, { Type }]) => Type === type);
}

/** A value as a record; an empty one for anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

/** A template that cannot be run on this machine: it is not there, or says something that has no local stand-in. */
export class TemplateError extends BatonError<{
  template: string;
  resource: string | undefined;
  exitCode: number;
}> {
  override readonly name = 'TemplateError';
  readonly code = 'LOCAL_LAMBDA';

  /**
   * @param resource logical id of what cannot be mapped
   * @param exitCode 2 for a file that is not there
   */
  constructor(
    template: string,
    resource: string | undefined,
    parts: Omit<BatonErrorParts, 'details'>,
    exitCode: 1 | 2 = 1,
  ) {
    super({ ...parts, details: { template, resource, exitCode } });
  }
}

/** Reads a CloudFormation template in JSON, as `cdk synth` writes it. @throws TemplateError when there is none */
export function readTemplate(file: string): Template {
  const { Resources, Parameters, Mappings } = asRecord(
    parse(file, decodeText(readBytes(file), `The template ${file}`)),
  );
  if (Resources === undefined) {
    const problem = `${file} is no CloudFormation template: it has no Resources.`;
    throw new TemplateError(file, undefined, {
      problem,
      fix: 'Pass what cdk synth wrote: cdk.out/<Stack>.template.json.',
    });
  }
  const resources = Object.entries(asRecord(Resources)).map(
    ([id, resource]) => [id, readResource(resource)] as const,
  );
  const parameters = Object.entries(asRecord(Parameters)).map(
    ([id, parameter]) => [id, readDefault(parameter)] as const,
  );
  return {
    file,
    resources: new Map(resources),
    parameters: new Map(parameters),
    mappings: asRecord(Mappings),
  };
}

function readResource(resource: unknown): Resource {
  const { Type, Properties, Metadata, DeletionPolicy } = asRecord(resource);
  return {
    Type: String(Type),
    Properties: asRecord(Properties),
    Metadata: asRecord(Metadata),
    ...(DeletionPolicy !== undefined && { DeletionPolicy: String(DeletionPolicy) }),
  };
}

/** The default of a parameter of type SSM is the name of the value, not the value. */
function readDefault(parameter: unknown): string | undefined {
  const { Default, Type } = asRecord(parameter);
  return Default === undefined || String(Type).startsWith('AWS::') ? undefined : String(Default);
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const problem = `The template ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`;
    throw new TemplateError(
      file,
      undefined,
      { problem, fix: 'Run cdk synth first, or correct the path.', cause },
      2,
    );
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = `The template ${file} is not JSON: ${(cause as Error).message}`;
    throw new TemplateError(file, undefined, {
      problem,
      fix: 'Pass the JSON that cdk synth writes: cdk.out/<Stack>.template.json.',
      cause,
    });
  }
}

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
