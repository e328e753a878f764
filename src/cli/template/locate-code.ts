import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { decodeText } from '../decode-text';
import { asRecord, type Resource, type Template, TemplateError } from './template';

/** Finds the directory of a function's code asset. @throws TemplateError when the code is no directory of the cloud assembly */
export function locateCode(template: Template, id: string, { Properties, Metadata }: Resource): string {
  const path = findAsset(template.file, asRecord(Properties.Code)) ?? Metadata['aws:asset:path'];
  const directory = typeof path === 'string' ? resolve(dirname(template.file), path) : undefined;
  if (directory !== undefined && existsSync(directory) && statSync(directory).isDirectory()) return directory;
  const problem = `Function ${id}: its code is ${describe(Properties, directory)}.`;
  throw new TemplateError(template.file, id, {
    problem,
    fix: 'Run cdk synth, so that the code asset stands beside the template.',
  });
}

/** The assets of `X.template.json` are listed in `X.assets.json`, by the hash that the key in the bucket is made of. */
function findAsset(templateFile: string, { S3Key }: Readonly<Record<string, unknown>>): unknown {
  const [hash] = /[0-9a-f]{64}/.exec(JSON.stringify(S3Key ?? '')) ?? [];
  const manifest = templateFile.replace(/\.template\.json$/, '.assets.json');
  if (hash === undefined || manifest === templateFile || !existsSync(manifest)) return undefined;
  const { files } = asRecord(JSON.parse(decodeText(readFileSync(manifest), manifest)));
  return asRecord(asRecord(asRecord(files)[hash]).source).path;
}

function describe({ Code }: Resource['Properties'], directory: string | undefined): string {
  const { ImageUri, ZipFile } = asRecord(Code);
  if (ImageUri !== undefined) return 'a container image, which the local Lambda cannot run';
  if (ZipFile !== undefined) return 'written into the template, which the local Lambda cannot run';
  return directory === undefined ? 'in a bucket, not on this machine' : `not a directory: ${join(directory)}`;
}

/** The file of a handler in a directory: `index.handler` is in `index.js`, `index.mjs` or `index.cjs`. */
export function findHandlerFile(directory: string, handler: string): string {
  const stem = handler.slice(0, handler.lastIndexOf('.'));
  const files = ['js', 'mjs', 'cjs'].map((extension) => join(directory, `${stem}.${extension}`));
  return files.find((file) => existsSync(file)) ?? (files[0] as string);
}
