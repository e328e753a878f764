import { once } from 'node:events';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import {
  type FunctionOptions,
  type InvocationEnd,
  LocalLambda,
  type LocalLambdaEvents,
  type LocalLambdaOptions,
} from '../../src/local';

/** The fixture that does what its event says. */
export const puppet = join(__dirname, 'fixtures', 'puppet.cjs');

const started: { stop(): Promise<void> }[] = [];
const clients: { destroy(): void }[] = [];

/** A local Lambda that is stopped after the test. */
export async function startLambda(options: LocalLambdaOptions = {}): Promise<LocalLambda> {
  const lambda = await LocalLambda.start(options);
  started.push(lambda);
  return lambda;
}

/** A local Lambda with the puppet in it, named `puppet`. */
export async function startPuppet(
  fn: Partial<FunctionOptions> = {},
  options: LocalLambdaOptions = {},
): Promise<LocalLambda> {
  const lambda = await startLambda(options);
  await lambda.createFunction({ name: 'puppet', code: puppet, ...fn });
  return lambda;
}

const credentials = { accessKeyId: 'outside', secretAccessKey: 'outside' };

/** The real client of AWS's SDK, without retries unless asked. */
export function lambdaClient(lambda: LocalLambda, maxAttempts = 1): LambdaClient {
  const client = new LambdaClient({
    endpoint: lambda.endpoint,
    region: lambda.region,
    credentials,
    maxAttempts,
  });
  clients.push(client);
  return client;
}

export function sqsClient(lambda: LocalLambda, maxAttempts = 1): SQSClient {
  const client = new SQSClient({
    endpoint: lambda.endpoint,
    region: lambda.region,
    credentials,
    maxAttempts,
  });
  clients.push(client);
  return client;
}

export function schedulerClient(lambda: LocalLambda, maxAttempts = 1): SchedulerClient {
  const client = new SchedulerClient({
    endpoint: lambda.endpoint,
    region: lambda.region,
    credentials,
    maxAttempts,
  });
  clients.push(client);
  return client;
}

/** All events of a name, as they come. */
export function collect<Name extends keyof LocalLambdaEvents>(
  lambda: LocalLambda,
  name: Name,
): LocalLambdaEvents[Name][0][] {
  const events: LocalLambdaEvents[Name][0][] = [];
  (lambda as { on(name: Name, listener: (event: LocalLambdaEvents[Name][0]) => void): unknown }).on(
    name,
    (event) => events.push(event),
  );
  return events;
}

/** The next event of a name. */
export async function next<Name extends keyof LocalLambdaEvents>(
  lambda: LocalLambda,
  name: Name,
): Promise<LocalLambdaEvents[Name][0]> {
  const [event] = await once(lambda as never, name);
  return event as LocalLambdaEvents[Name][0];
}

/** Why the invocations ended, in order. */
export function reasons(ends: readonly InvocationEnd[]): string[] {
  return ends.map(({ reason }) => reason);
}

/** Stops everything that the test has started. To be called in `afterEach`. */
export async function stopAll(): Promise<void> {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(started.splice(0).map((lambda) => lambda.stop()));
}
