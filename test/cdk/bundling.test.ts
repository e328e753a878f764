import { Runtime } from 'aws-cdk-lib/aws-lambda';
import type { LongRunningFunctionProps } from '../../src/cdk/long-running-function-props';
import { chooseBundling } from '../../src/cdk/read-props';
import { LongRunning, Step, Terminate } from '../../src/decorators';
import { readJob } from '../../src/metadata/read-job';
import { CountingJob } from './fixtures/counting-job';
import { entry } from './synthesize';

@LongRunning({ name: 'NamedJob', safeMs: 1_500, intervalMs: 50 })
class NamedJob {
  @Step() run() {}
  @Terminate() isDone() {
    return true;
  }
}

const unnamed = readJob(CountingJob);
const named = readJob(NamedJob);

describe('The bundle of LongRunningFunction', () => {
  it.each([
    ['no job is known', []],
    ['the job is known by its class', [unnamed]],
    ['one of the jobs is', [named, unnamed]],
  ])('The bundle of LongRunningFunction keeps class names when %s', (_when, plans) => {
    expect(chooseBundling({ entry }, plans)).toMatchObject({ keepNames: true });
  });

  it('The bundle of LongRunningFunction keeps none when every job was given a name, be it that of its class: to keep them costs every cold start', () => {
    expect(chooseBundling({ entry }, [named])).toMatchObject({ keepNames: false });
  });

  it('The bundle of LongRunningFunction keeps class names where they are minified: messages name classes', () => {
    expect(chooseBundling({ entry, bundling: { minify: true } }, [named])).toMatchObject({
      minify: true,
      keepNames: true,
    });
  });

  it.each<NonNullable<LongRunningFunctionProps['bundling']>>([
    { keepNames: true },
    { minify: true, keepNames: false },
    { mainFields: ['main'] },
  ])('The bundle of LongRunningFunction is as the user says: %j', (bundling) => {
    expect(chooseBundling({ entry, bundling }, [named])).toMatchObject(bundling);
  });

  it('The bundle of LongRunningFunction takes the newest ESM that a package has', () => {
    expect(chooseBundling({ entry }, [named]).mainFields).toEqual(['es2015', 'module', 'main']);
  });

  it('The bundle of LongRunningFunction is for the runtime that the CDK knows, and leaves it to the CDK to say which', () => {
    expect(chooseBundling({ entry, runtime: Runtime.NODEJS_22_X }, [named])).not.toHaveProperty('target');
  });
});
