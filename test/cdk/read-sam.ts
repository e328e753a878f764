import { readFileSync } from 'node:fs';
import { parse, type ScalarTag } from 'yaml';

/** The short forms of CloudFormation, written out. */
const tags: ScalarTag[] = [
  { tag: '!Ref', resolve: (id) => ({ Ref: id }) },
  { tag: '!Sub', resolve: (text) => ({ 'Fn::Sub': text }) },
  { tag: '!GetAtt', resolve: (path) => ({ 'Fn::GetAtt': path.split('.') }) },
];

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template holds anything
  readonly Properties: Readonly<Record<string, any>>;
}

/** The resources of a template in YAML, by their logical ids. */
export function readSam(file: string): Readonly<Record<string, Resource>> {
  return parse(readFileSync(file, 'utf8'), { customTags: tags }).Resources;
}
