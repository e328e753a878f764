import { findReferences } from '../../template/references';
import { resolveValue } from '../../template/resolve-value';
import { asRecord, type Template } from '../../template/template';

/** Reads a text of a template, by the defaults of its parameters and by its mappings; undefined when only the deployment tells. */
export function readTemplateText(template: Template, value: unknown): string | undefined {
  const { 'Fn::FindInMap': path } = asRecord(value);
  if (Array.isArray(path)) return readMapping(template, path);
  const resolved = resolveValue(value, (id, attribute) =>
    attribute === undefined ? template.parameters.get(id) : undefined,
  );
  return 'text' in resolved ? resolved.text : undefined;
}

/** Reads a number of a template; undefined when only the deployment tells. */
export function readTemplateNumber(template: Template, value: unknown): number | undefined {
  const text = readTemplateText(template, value);
  return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
}

/** What a key is called: the logical id of one in the template, else what is written. */
export function readKeyName(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return findReferences(value)[0] ?? String(value);
}

/** A key that is not known, mostly the Region, stands for any: of what they lead to the first in order is the one with the least to it. */
function readMapping(template: Template, path: readonly unknown[]): string | undefined {
  let found: readonly unknown[] = [template.mappings];
  for (const step of path.slice(0, 3)) {
    const key = readTemplateText(template, step);
    found = found.flatMap((level) =>
      key === undefined ? Object.values(asRecord(level)) : [asRecord(level)[key]],
    );
  }
  return found
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map(String)
    .sort()[0];
}
