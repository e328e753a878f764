import type {
  FunctionConfiguration,
  GetFunctionEventInvokeConfigCommandOutput,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { loadLambdaSdk } from '../../../runtime/adapters/aws/clients';
import type { FunctionFacts, PermissionFacts, RetryFacts } from '../facts';
import { isDenied, isMissing } from './try-to-read';

/** A function as it was asked about. */
export interface Asked {
  /** Name or ARN, without a qualifier. */
  readonly name: string;
  readonly qualifier: string | undefined;
}

/** What Lambda does by itself when nothing is configured. */
const defaultAttempts = 2;

/** Reads the configuration of what the qualifier stands for. */
export async function readConfiguration(
  client: LambdaClient,
  { name, qualifier }: Asked,
): Promise<FunctionConfiguration> {
  const { GetFunctionConfigurationCommand } = await loadLambdaSdk();
  return client.send(
    new GetFunctionConfigurationCommand({ FunctionName: name, ...(qualifier && { Qualifier: qualifier }) }),
  );
}

/** A configuration, as far as it is checked. */
export function describeConfiguration(
  configuration: FunctionConfiguration,
  { name, qualifier }: Asked,
): FunctionFacts {
  const { Version, Runtime, Timeout, MemorySize, VpcConfig, FileSystemConfigs, DeadLetterConfig, KMSKeyArn } =
    configuration;
  return {
    name,
    qualifier,
    version: Version ?? '$LATEST',
    runtime: Runtime,
    timeoutMs: (Timeout ?? 3) * 1_000,
    memoryMb: MemorySize ?? 128,
    isInVpc: Boolean(VpcConfig?.VpcId || VpcConfig?.SubnetIds?.length),
    hasFileSystem: (FileSystemConfigs ?? []).length > 0,
    key: KMSKeyArn || undefined,
    hasDeadLetterQueue: Boolean(DeadLetterConfig?.TargetArn),
  };
}

/** The recursion setting: of the function, whatever the qualifier. */
export async function readRecursion(client: LambdaClient, { name }: Asked): Promise<'Allow' | 'Terminate'> {
  const { GetFunctionRecursionConfigCommand } = await loadLambdaSdk();
  const { RecursiveLoop } = await client.send(new GetFunctionRecursionConfigCommand({ FunctionName: name }));
  return RecursiveLoop === 'Allow' ? 'Allow' : 'Terminate';
}

/** The reserved concurrency: of the function, whatever the qualifier. */
export async function readConcurrency(client: LambdaClient, { name }: Asked): Promise<number | undefined> {
  const { GetFunctionConcurrencyCommand } = await loadLambdaSdk();
  return (await client.send(new GetFunctionConcurrencyCommand({ FunctionName: name })))
    .ReservedConcurrentExecutions;
}

/** A start goes to what was asked about, a continuation to its version: each has settings of its own. */
export async function readRetries(
  client: LambdaClient,
  { name, qualifier }: Asked,
  version: string,
): Promise<RetryFacts[]> {
  const { GetFunctionEventInvokeConfigCommand } = await loadLambdaSdk();
  const qualifiers = [...new Set([qualifier ?? '$LATEST', version])];
  return Promise.all(
    qualifiers.map(async (asked) => {
      const command = new GetFunctionEventInvokeConfigCommand({
        FunctionName: name,
        ...(asked !== '$LATEST' && { Qualifier: asked }),
      });
      const config: Partial<GetFunctionEventInvokeConfigCommandOutput> = await client
        .send(command)
        .catch((error: unknown) => {
          if (isMissing(error)) return {};
          throw error;
        });
      const { MaximumRetryAttempts, DestinationConfig } = config;
      return {
        qualifier: asked,
        attempts: MaximumRetryAttempts ?? defaultAttempts,
        hasDestination: Boolean(DestinationConfig?.OnFailure?.Destination),
      };
    }),
  );
}

/** Asks for an invocation that does not happen, on the unqualified ARN and on the version that continuations are addressed to. */
export async function tryToInvoke(
  client: LambdaClient,
  unqualifiedArn: string,
  version: string,
): Promise<PermissionFacts[]> {
  const { InvokeCommand } = await loadLambdaSdk();
  const resources = [unqualifiedArn, ...(version === '$LATEST' ? [] : [`${unqualifiedArn}:${version}`])];
  return Promise.all(
    resources.map(async (resource) => {
      const isAllowed = await client
        .send(new InvokeCommand({ FunctionName: resource, InvocationType: 'DryRun' }))
        .then(
          () => true,
          (error: unknown) => {
            if (isDenied(error)) return false;
            throw error;
          },
        );
      return { resource, isAllowed, by: 'dry-run' as const };
    }),
  );
}
