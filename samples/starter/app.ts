import { App, Duration, Stack } from 'aws-cdk-lib';
import { LongRunningFunction } from 'lambda-baton/cdk';
import { ExampleJob } from './job';

const app = new App();
const stack = new Stack(app, 'ExampleJobStack');

new LongRunningFunction(stack, 'ExampleJob', {
  entry: 'src/job.ts',
  job: ExampleJob,
  timeout: Duration.minutes(15),
  memory: 512,
});
