import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CliError } from '../command';
import { quoteForShell } from '../view/text';
import type { Timeline } from './timeline';

/** Refuses a file that a page cannot be written to, before anything is run for it. @throws CliError */
export function checkPageFile(file: string, option: string): string {
  const path = resolve(file);
  if (file === '' || (existsSync(path) && statSync(path).isDirectory()))
    throw new CliError({
      problem: `${option} ${quoteForShell(file)}: that is no file.`,
      fix: `Write for example ${option} timeline.html.`,
    });
  if (!existsSync(dirname(path)))
    throw new CliError({
      problem: `${option} ${quoteForShell(file)}: there is no directory ${dirname(path)}.`,
      fix: 'Make it, or name a file in another one.',
    });
  return path;
}

/** Writes a timeline as one HTML file. @throws CliError when it cannot be written */
export async function writePage(timeline: Timeline, file: string): Promise<void> {
  const { fitPage } = await import('./page/fit-page');
  try {
    writeFileSync(file, fitPage(timeline));
  } catch (cause) {
    const problem = `${file} could not be written: ${cause instanceof Error ? cause.message : String(cause)}.`;
    throw new CliError({ problem, fix: 'Name a file that may be written.', cause }, 1);
  }
}
