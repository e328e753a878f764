import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LongRunningFunction, type LongRunningFunctionProps } from 'lambda-baton/cdk';
import { ensureBuilt } from '../helpers/ensure-built';
import { CountingJob } from './fixtures/counting-job';

/** The job of the tests. */
export const entry = join(__dirname, 'fixtures', 'counting-job.ts');

/** A stack with one construct, its code not bundled; that of its sweeper is. */
export function createConstruct(
  props: Partial<LongRunningFunctionProps> | ((stack: Stack) => Partial<LongRunningFunctionProps>) = {},
) {
  ensureBuilt();
  const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Jobs');
  const given = typeof props === 'function' ? props(stack) : props;
  return { stack, construct: new LongRunningFunction(stack, 'Count', { entry, job: CountingJob, ...given }) };
}

/** The template of a stack with one construct. */
export function synthesize(props?: Parameters<typeof createConstruct>[0]): Template {
  return Template.fromStack(createConstruct(props).stack);
}
