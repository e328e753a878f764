import { Match, type Template } from 'aws-cdk-lib/assertions';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { InvalidDeploymentError } from 'lambda-baton/cdk';
import { metricUnits } from '../../src/observe/metric-names';
import { listWrittenMetrics } from '../helpers/written-metrics';
import { CountingJob } from './fixtures/counting-job';
import { createConstruct, synthesize } from './synthesize';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly width: number;
  readonly properties: { readonly title?: string; readonly metrics?: readonly (readonly unknown[])[] };
}

describe('a dashboard', () => {
  const { construct } = createConstruct({ dashboard: true });
  const widgets = readWidgets(synthesize({ dashboard: true }));

  it('A dashboard shows outcomes, durations, hand-offs, retries, cost, what waits, and the alarms', () => {
    expect(construct.dashboard).toBeDefined();
    expect(widgets.map(({ properties }) => properties.title)).toEqual([
      'Alarms',
      'Executions by outcome',
      'How long executions take (ms)',
      'How long hand-offs take (ms)',
      'Time left at hand-off (ms)',
      'Checkpoints (ms, bytes)',
      'Attempts at steps',
      'How long steps take (ms)',
      'Cost (US dollars, list price)',
      'Invocations',
      'What waits: age (s) and dead letters',
    ]);
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
  });

  it('A dashboard reads the metrics that the observer writes: namespace, name and dimensions, and every one of them', () => {
    const written = listWrittenMetrics();
    const read = widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter(([namespace]) => namespace === 'lambda-baton')
      .map(([namespace, name, dimension, job]) => ({ key: `${namespace} ${name} ${dimension}`, name, job }));
    for (const { key } of read) expect(written).toContain(key);
    expect(new Set(read.map(({ name }) => name))).toEqual(new Set(Object.keys(metricUnits)));
    expect(new Set(read.map(({ job }) => job))).toEqual(new Set([CountingJob.name]));
  });

  it('A dashboard comes with saved queries of the function’s log', () => {
    const template = synthesize({ dashboard: true });
    template.resourceCountIs('AWS::Logs::QueryDefinition', 3);
    template.hasResourceProperties('AWS::Logs::QueryDefinition', {
      Name: 'lambda-baton/Jobs/Count/failures',
      QueryString: Match.stringLikeRegexp("event in \\['execution.failed'"),
      LogGroupNames: [{ 'Fn::Join': ['', ['/aws/lambda/', { Ref: Match.stringLikeRegexp('Function') }]] }],
    });
  });

  it('A dashboard queries the log group that the function was given', () => {
    const template = synthesize((scope) => ({
      dashboard: true,
      functionProps: { logGroup: new LogGroup(scope, 'Log') },
    }));
    template.allResourcesProperties('AWS::Logs::QueryDefinition', {
      LogGroupNames: [{ Ref: Match.stringLikeRegexp('^Log') }],
    });
  });

  it('A dashboard works with neither queue nor alarms', () => {
    const template = synthesize({ dashboard: true, queue: false, alarmActions: false });
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  });

  it('A dashboard is not there unless it was asked for', () => {
    const template = synthesize();
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    template.resourceCountIs('AWS::Logs::QueryDefinition', 0);
  });

  it('A dashboard is refused where the job is not known', () => {
    expect(() => synthesize({ dashboard: true, job: undefined as never })).toThrow(InvalidDeploymentError);
  });
});

/** What only CloudFormation knows is of no interest here. */
function readWidgets(template: Template): Widget[] {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const body = dashboard?.Properties.DashboardBody;
  const parts: unknown[] = typeof body === 'string' ? [body] : body['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'x')).join('')).widgets;
}
