import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queries } from '../../../src/cdk/execution-dashboard';
import { metricUnits } from '../../../src/observe/metric-names';
import { LogObserver } from '../../../src/runtime/observe/log-observer';
import { listWrittenMetrics } from '../../helpers/written-metrics';

const page = readFileSync(join(__dirname, '../../../docs/seeing.md'), 'utf8');

describe('docs/seeing.md', () => {
  it('docs/seeing.md lists every metric that is written, with its unit and whether it is told per step', () => {
    const rows = [...page.matchAll(/^\| `([A-Z]\w+)` \| (\w+) \| (yes)? ?\|/gm)];
    expect(Object.fromEntries(rows.map(([, name, unit]) => [name, unit]))).toEqual(metricUnits);
    const written = [...listWrittenMetrics()];
    const perStep = written.filter((key) => key.endsWith(' job,step')).map((key) => key.split(' ')[1]);
    expect(rows.filter(([, , , isPerStep]) => isPerStep).map(([, name]) => name)).toEqual(perStep);
  });

  it('docs/seeing.md has the queries that the construct saves', () => {
    for (const lines of Object.values(queries))
      expect(page).toContain(`\`\`\`text\n${lines.join('\n')}\n\`\`\``);
  });

  it('docs/seeing.md lists every event that has a line in the log, at its level, and no other', () => {
    const table = page.slice(
      page.indexOf('| `execution.started`, '),
      page.indexOf('A finished step has no line'),
    );
    const told = [...table.matchAll(/^\| (`.+`) \| (\w+) \|$/gm)].flatMap(([, names = '', level]) =>
      [...names.matchAll(/`([a-z.-]+)`/g)].map(([, type]) => [type, level]),
    );
    const written: [string, string][] = [];
    const write = (level: string) => (_message: string, fields?: object) =>
      void written.push([(fields as { event: string }).event, level]);
    const levels = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    const observer = new LogObserver(levels);
    for (const [type] of told) observer.on({ type, atMs: 0 } as never);
    expect(written).toEqual(told);
    for (const type of ['step.finished', 'step.started', 'checkpoint.stored', 'invocation.ended'] as const)
      expect(LogObserver.writes(type)).toBe(false);
  });

  it('docs/seeing.md has no sentence of more than 200 characters', () => {
    for (const line of page.split('\n').filter((text) => !text.startsWith('|')))
      for (const sentence of line.split(/(?<=[.!?:]) /)) expect(sentence.length).toBeLessThanOrEqual(200);
  });
});
