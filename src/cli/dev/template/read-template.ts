import { readFileSync } from 'node:fs';
import { asRecord, type Resource, type Template } from './template';
import { TemplateError } from './template-error';

/** Reads a CloudFormation template in JSON, as `cdk synth` writes it. @throws TemplateError when there is none */
export function readTemplate(file: string): Template {
  const { Resources, Parameters } = asRecord(parse(file, readText(file)));
  if (Resources === undefined) {
    const problem = `${file} is no CloudFormation template: it has no Resources.`;
    throw new TemplateError(file, undefined, { problem, cure: 'Pass what cdk synth wrote: cdk.out/<Stack>.template.json.' });
  }
  const resources = Object.entries(asRecord(Resources)).map(([id, resource]) => [id, readResource(resource)] as const);
  const parameters = Object.entries(asRecord(Parameters)).map(([id, parameter]) => [id, readDefault(parameter)] as const);
  return { file, resources: new Map(resources), parameters: new Map(parameters) };
}

function readResource(resource: unknown): Resource {
  const { Type, Properties, Metadata } = asRecord(resource);
  return { Type: String(Type), Properties: asRecord(Properties), Metadata: asRecord(Metadata) };
}

/** The default of a parameter of type SSM is the name of the value, not the value. */
function readDefault(parameter: unknown): string | undefined {
  const { Default, Type } = asRecord(parameter);
  return Default === undefined || String(Type).startsWith('AWS::') ? undefined : String(Default);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const problem = `The template ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`;
    throw new TemplateError(file, undefined, { problem, cure: 'Run cdk synth first, or correct the path.', cause });
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = `The template ${file} is not JSON: ${(cause as Error).message}`;
    throw new TemplateError(file, undefined, {
      problem,
      cure: 'Pass the JSON that cdk synth writes: cdk.out/<Stack>.template.json.',
      cause,
    });
  }
}
