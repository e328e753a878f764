import type { EnvironmentSettings } from './work';

/** The variables of a handler's process: AWS's, the endpoints, the user's own; nothing of this process but what Node needs to start. */
export function environmentVariables(
  settings: EnvironmentSettings,
  runtimeApi: string,
): Record<string, string> {
  const { functionName, version, region, memoryMb, endpoint, id, temporary } = settings;
  return {
    ...systemVariables(),
    TMPDIR: temporary,
    AWS_ENDPOINT_URL_LAMBDA: endpoint,
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ENDPOINT_URL_SCHEDULER: endpoint,
    ...credentials(id),
    ...isolation,
    BATON_RETRY_AFTER_MS: String(settings.retryAfterMs),
    ...settings.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[${version}]${id}`,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    _HANDLER: settings.handler,
    LAMBDA_TASK_ROOT: settings.taskRoot,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    TZ: ':UTC',
  };
}

/** As on Lambda there is no machine to ask: the developer's own AWS profile must not reach a handler. */
const isolation = {
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** The access key names the environment, so that a call over the wire can be traced to the invocation that made it. */
function credentials(id: string): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: `ASIA${id}`, AWS_SECRET_ACCESS_KEY: 'local', AWS_SESSION_TOKEN: 'local' };
}

function systemVariables(): Record<string, string> {
  const needed = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'TEMP'];
  const found = needed.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  return { LANG: 'en_US.UTF-8', ...Object.fromEntries(found) };
}
