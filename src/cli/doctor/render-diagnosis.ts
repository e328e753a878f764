import { formatNumberOf } from '../view/format';
import type { Paint } from '../view/paint';
import type { Diagnosis } from './diagnosis';
import type { Finding } from './finding';

const marks = { error: ['bad', '✖'], warning: ['warn', '!'], ok: ['good', '✔'] } as const;
const subjectCells = 14;

/** Findings for people: a line each, and the fix below it. */
export function renderDiagnosis(
  { function: name, findings, errorCount, warningCount, fixed }: Diagnosis,
  paint: Paint,
): string {
  return `${[
    '',
    `${paint('strong', 'baton doctor')} ${name}`,
    ...fixed.map(
      (subject) =>
        `  ${paint('good', '✔')} ${paint('dim', subject.padEnd(subjectCells))}The setting was changed to Allow.`,
    ),
    ...findings.flatMap((finding) => renderFinding(finding, paint)),
    '',
    `${formatNumberOf(errorCount, 'error')}, ${formatNumberOf(warningCount, 'warning')}`,
  ].join('\n')}\n`;
}

function renderFinding({ level, subject, what, fix }: Finding, paint: Paint): string[] {
  const [tone, mark] = marks[level];
  const line = `  ${paint(tone, mark)} ${paint('dim', subject.padEnd(subjectCells))}${what}`;
  return fix === undefined ? [line] : [line, `    ${' '.repeat(subjectCells)}${paint('accent', `→ ${fix}`)}`];
}
