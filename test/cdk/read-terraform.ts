import { readFileSync } from 'node:fs';

/** The resources of a Terraform file as text without comments, by `type.name`. Modest: braces and quotes are counted, nothing is evaluated. */
export function readTerraform(file: string): Readonly<Record<string, string>> {
  const text = readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, '');
  const starts = [...text.matchAll(/^resource "(\w+)" "(\w+)" \{$/gm)];
  return Object.fromEntries(
    starts.map((start) => [
      `${start[1]}.${start[2]}`,
      cutBlock(text.slice(start.index + start[0].length - 1)),
    ]),
  );
}

/** What stands for an attribute: `timeout = 900` has `900`. */
export function readAttribute(block: string | undefined, name: string): string | undefined {
  return new RegExp(`^\\s*${name}\\s*=\\s*(.*?),?\\s*$`, 'm').exec(block ?? '')?.[1];
}

/** The text up to the brace that closes the first one. */
function cutBlock(text: string): string {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '{') depth++;
    if (text[index] === '}') depth--;
    if (depth === 0) return text.slice(0, index + 1);
  }
  throw new Error('A brace is not closed.');
}
