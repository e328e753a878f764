import { createHandler, LongRunning, Step, Terminate } from '../../../src';

@LongRunning({ safeMs: 1_000, intervalMs: 100 })
class Job {
  #isDone = false;
  @Step() work() {
    this.#isDone = true;
  }
  @Terminate() isDone() {
    return this.#isDone;
  }
}

function listLoadedClients(): string[] {
  const names = Object.keys(require.cache).map((path) => /@aws-sdk\/(client-[a-z0-9]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

async function runOnce(): Promise<object> {
  const deadlineMs = Date.now() + 4_000;
  const context = {
    awsRequestId: 'request-1',
    functionName: 'job',
    functionVersion: '3',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:job',
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  const handler = createHandler(Job);
  const atStart = listLoadedClients();
  const status = await handler({}, context).then(
    (answer) => (answer as { status: string }).status,
    () => 'threw',
  );
  return { atStart, status, atEnd: listLoadedClients() };
}

runOnce().then((report) => process.stdout.write(JSON.stringify(report)));
